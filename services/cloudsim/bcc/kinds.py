"""Documents of the compute service."""

from cloudsim.store.collection import Kind

INSTANCES = Kind("instance", indexed=("name", "internalIp", "publicIp", "status"), global_indexed=("hostId",))
VOLUMES = Kind("volume", indexed=("instanceId", "name"))
SNAPSHOTS = Kind("snapshot", indexed=("volumeId",))
IMAGES = Kind("image", indexed=("type",))
SECURITY_GROUPS = Kind("security_group", indexed=("vpcId",))
EVENTS = Kind("server_event", indexed=("instanceId", "family", "serverEventStatus"))
REPORTS = Kind("diagnostic_report", indexed=("instanceId",))
OPERATION_RECORDS = Kind("operation_record", indexed=("resourceId",))

ALL = (
    INSTANCES,
    VOLUMES,
    SNAPSHOTS,
    IMAGES,
    SECURITY_GROUPS,
    EVENTS,
    REPORTS,
    OPERATION_RECORDS,
)
