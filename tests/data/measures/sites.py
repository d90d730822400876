"""Sites that measures and techniques name, and that enter the register of sources together with them."""

AWAITED = frozenset({
    "almalyk-tailings", "astana-ring-road", "astana-telman-gas", "bekobod-cement", "central-asia-centre",
    "charkesar-tailings", "kibray-landfill", "maxam-chirchiq", "ohangaron-landfill", "tashkent-87-plants",
    "tashkent-brick-kilns", "tashkent-construction", "tashkent-ring-road", "tashkent-small-ring", "uzvtortsvetmet",
    "yangiabad-tailings",
})  # fmt: skip


def awaited(known: set[str]) -> frozenset[str]:
    """The sites that are still to come; none once the first of them is in the register: then all must be."""
    return frozenset() if AWAITED & known else AWAITED
