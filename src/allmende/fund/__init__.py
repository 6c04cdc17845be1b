"""A shared fund: calls and elections, selection rules, the account over years, and the fund rehearsed."""
