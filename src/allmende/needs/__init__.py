"""What people will need and how they reach it: services, need and shortfall, reachability, siting of shared functions."""
