"""The registers of facts on the screen: words, map, timeline, lists, history, and the forms of operators."""
