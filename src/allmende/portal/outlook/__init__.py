"""The place "Vorausschau": the projection and how sure it is, levers, scenarios and their agreement, the track record."""
