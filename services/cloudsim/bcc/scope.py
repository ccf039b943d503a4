"""The monitoring scopes of compute: a quiet day of an instance and of a disk (chosen levels, not measured ones)."""

from cloudsim.bcc.kinds import INSTANCES, VOLUMES
from cloudsim.world.metrics import Shape, declare_scope

FULL = 100.0

declare_scope(
    "BCE_BCC",
    "InstanceId",
    INSTANCES,
    {
        "CPUUsagePercent": Shape(8, 35, ceiling=FULL),
        "CpuIdlePercent": Shape(60, 90, 0.05, 0.03, ceiling=FULL),
        "CpuSystemPercent": Shape(1, 5, ceiling=FULL),
        "CpuUserPercent": Shape(6, 28, ceiling=FULL),
        "CpuWaitPercent": Shape(0.2, 2.5, ceiling=FULL),
        "CpuLoadAvg1": Shape(0.1, 1.5),
        "CpuLoadAvg5": Shape(0.1, 1.4),
        "CpuLoadAvg15": Shape(0.1, 1.3),
        "MemUsedPercent": Shape(30, 65, 0.05, 0.03, ceiling=FULL),
        "DiskUsedPercent": Shape(20, 55, 0.0, 0.005, ceiling=FULL),
        "vDiskReadBytesPerSecond": Shape(20_000, 900_000, whole=True),
        "vDiskWriteBytesPerSecond": Shape(40_000, 1_500_000, whole=True),
        "vDiskReadOpCountPerSecond": Shape(2, 60),
        "vDiskWriteOpCountPerSecond": Shape(4, 120),
        "vNicInBytes": Shape(2_000_000, 90_000_000, whole=True),
        "vNicOutBytes": Shape(2_000_000, 120_000_000, whole=True),
        "WebInBytes": Shape(1_000_000, 40_000_000, whole=True),
        "WebOutBytes": Shape(1_000_000, 60_000_000, whole=True),
        "WebInBitsPerSecond": Shape(50_000, 600_000, whole=True),
        "WebOutBitsPerSecond": Shape(60_000, 800_000, whole=True),
        "NetPacketLossPercent": Shape(0.0, 0.05, ceiling=100.0),
    },
    {"vCPUUsagePercent": "CPUUsagePercent", "MemUsagePercent": "MemUsedPercent"},
)
declare_scope(
    "BCE_CDS",
    "VolumeId",
    VOLUMES,
    {
        "DiskReadBytesPerSecond": Shape(20_000, 900_000, whole=True),
        "DiskWriteBytesPerSecond": Shape(40_000, 1_500_000, whole=True),
        "DiskReadIops": Shape(2, 60),
        "DiskWriteIops": Shape(4, 120),
        "DiskUtilPercent": Shape(1, 20, ceiling=FULL),
    },
)
