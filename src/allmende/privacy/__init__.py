"""Disclosure control: p-tables, cell keys, perturbation, and the attacks that a release must withstand."""
