"""Errors of the public protocol: one exception type and the documented codes with their HTTP status."""

from __future__ import annotations

# Code -> HTTP status, from the public documentation (reference section 3.2). Codes marked there with an
# unknown "4xx" use 400; the rate limit code is an assumption of this simulator.
STATUS_OF_CODE: dict[str, int] = {
    "AccessDenied": 403,
    "InvalidAccessKeyId": 403,
    "OptInRequired": 403,
    "QualifyNotPass": 403,
    "SignatureDoesNotMatch": 400,
    "RequestExpired": 400,
    "InvalidHTTPAuthHeader": 400,
    "InvalidHTTPRequest": 400,
    "InvalidURI": 400,
    "MalformedJSON": 400,
    "InappropriateJSON": 400,
    "InvalidVersion": 404,
    "NoSuchObject": 404,
    "PreconditionFailed": 412,
    "IdempotentParameterMismatch": 403,
    "OperationDenied": 409,
    "InternalError": 500,
    "ServiceUnavailable": 503,
    "RequestLimitExceeded": 429,
    "EntityTooLarge": 413,
    "NotImplemented": 501,
    "Instance.StartInstanceOperationForbidden": 409,
    "Instance.StopInstanceOperationForbidden": 409,
    "Instance.RebootInstanceOperationForbidden": 409,
    "Instance.PasswordOperationForbidden": 409,
    "Instance.ReleaseWhileCreating": 400,
    "Bcc.PrePayCannotStopWithNoCharge": 403,
    "Bcc.InstanceTypeNotSupportException": 403,
    "Volume.InstanceStatusCannotAttach": 409,
    "Volume.DistNotAvailable": 409,
    "Volume.DiskAttachedQuotaExceededLimit": 413,
    "Volume.DiskQuotaExceededLimit": 413,
    "Volume.DiskSizeInvalid": 400,
    "Volume.DiskIdIsEmpty": 400,
    "SecurityGroup.RuleDuplicated": 409,
    "SecurityGroup.RuleNotExist": 404,
    "SecurityGroup.InstancesAssociatedSecurityGroupCanNotBeDeleted": 409,
    "ZoneExceptions.ZoneSoldOutException": 400,
    "EipNotFound": 404,
    "BlbNotFound": 404,
    "InstanceNotFound": 404,
    "InstanceNotExist": 404,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NoSuchCORSConfiguration": 404,
    "AccountOverdue": 403,
    "AccessDeniedBySourceUrl": 403,
    "BucketAlreadyExists": 409,
    "BucketNotEmpty": 409,
    "BadDigest": 400,
    "InvalidBucketName": 400,
    "RequestTimeout": 400,
    "SlowDown": 503,
    "InsufficientBalance": 403,
}


class CloudError(Exception):
    """An error the caller sees: `{"requestId", "code", "message"}` with `status`."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status if status is not None else STATUS_OF_CODE[code]


def no_such_object(what: str, identifier: str) -> CloudError:
    """The documented answer for any compute resource that does not exist or belongs to somebody else."""
    return CloudError("NoSuchObject", f"The specified object is not found: {what} {identifier!r}.")


def invalid_parameter(message: str) -> CloudError:
    """A parameter whose value cannot be used."""
    return CloudError("InvalidHTTPRequest", message)


def access_denied(message: str = "Access denied.") -> CloudError:
    """The signer is known and may not do this."""
    return CloudError("AccessDenied", message)
