"""Documents of the provider's own estate. They belong to no customer: `accountId` is empty."""

from cloudsim.store.collection import Kind

PROVIDER = ""
HOSTS = Kind("host", indexed=("zoneName", "rackId"))
INCIDENTS = Kind("incident", indexed=("status", "product"))
MAINTENANCE = Kind("maintenance", indexed=("status", "hostId"))
