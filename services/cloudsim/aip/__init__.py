"""AI APIs (face recognition): their own token and their own error envelope, always HTTP 200."""

from cloudsim.aip import face
from cloudsim.aip.service import SERVICE

__all__ = ["SERVICE", "face"]
