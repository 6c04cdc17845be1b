"""The shared unit: members, received base cubes, what is missing, what does not match across borders."""
