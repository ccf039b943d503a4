"""The demonstration: customers to choose, agents' passwords, the break-something menu. Only mounted when DEMO=1."""
