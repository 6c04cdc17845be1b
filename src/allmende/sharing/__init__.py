"""Fair shares: keys that split an amount, cost games and their solutions, and the test of who would leave."""
