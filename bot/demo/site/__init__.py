"""A local site that speaks Weibo's, RSS's and CAP's formats and replays a storm day; for the demo and the tests."""
