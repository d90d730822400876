"""What the libraries below an object store say of a fault, sorted; the one place that reads their texts."""

import re
from typing import Literal

from deltalake.exceptions import CommitFailedError
from obstore.exceptions import AlreadyExistsError, PermissionDeniedError, PreconditionError, UnauthenticatedError

Trouble = Literal["no bucket", "refused", "silent", "faster"]

# obstore and delta-rs wrap what the service answered; its code stands in their text alone, DuckDB passes on both.
NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist")
REFUSED = re.compile(
    r"\b40[13]\b|InvalidAccessKey|SignatureDoesNotMatch|AccessDenied|Forbidden|Unauthorized|[Cc]redential"
    r"|PermissionDenied|Unauthenticated|InstanceMetadata|169\.254\.169\.254"
)
SILENT = re.compile(r"error sending request|tcp connect|dns error|[Tt]imed? ?out|Connect\b|BadScheme|URL scheme is not")
FASTER = re.compile(r"Concurrent|already exists|Version \d+ already|Failed to commit transaction|Precondition", re.I)


def trouble(error: BaseException) -> Trouble | None:
    """
    What sort of trouble with an object store an error tells of; None for any other.

    Examples
    --------
    >>> trouble(OSError("Generic S3 error: NoSuchBucket")), trouble(KeyError("a column"))
    ('no bucket', None)
    """
    said = f"{type(error).__name__} {error}"
    if NO_BUCKET.search(said):
        return "no bucket"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError) or REFUSED.search(said):
        return "refused"
    if SILENT.search(said):
        return "silent"
    if isinstance(error, CommitFailedError | AlreadyExistsError | PreconditionError) or FASTER.search(said):
        return "faster"
    return None
