"""Object storage: buckets, objects, access control, CORS."""

from cloudsim.bos import buckets, effects, multipart, objects, seed
from cloudsim.bos.service import SERVICE

__all__ = ["SERVICE", "buckets", "effects", "multipart", "objects", "seed"]
