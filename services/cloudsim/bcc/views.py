"""Documents as the compute API shows them."""

from __future__ import annotations

from typing import Any

from cloudsim.store.collection import Document

Json = dict[str, Any]


def instance_view(document: Document) -> Json:
    """InstanceModel of the public protocol (reference section 2.1)."""
    return {
        "id": document["id"],
        "name": document["name"],
        "hostname": document["name"],
        "instanceType": "N5",
        "spec": document["spec"],
        "status": document["status"],
        "repairStatus": document.get("repairStatus", "normal"),
        "desc": document.get("desc", ""),
        "createdFrom": "BCC",
        "paymentTiming": document["paymentTiming"],
        "createTime": document["createTime"],
        "expireTime": document.get("expireTime", ""),
        "releaseTime": document.get("releaseTime", ""),
        "publicIp": document.get("publicIp", ""),
        "internalIp": document["internalIp"],
        "cpuCount": document["cpuCount"],
        "memoryCapacityInGB": document["memoryCapacityInGB"],
        "localDiskSizeInGB": document.get("localDiskSizeInGB", 0),
        "gpuCard": "",
        "cardCount": "0",
        "imageId": document["imageId"],
        "imageName": document["imageName"],
        "imageType": document.get("imageType", "common"),
        "osName": document["osName"],
        "osVersion": document["osVersion"],
        "osArch": document.get("osArch", "x86_64 (64bit)"),
        "networkCapacityInMbps": document.get("networkCapacityInMbps", 0),
        "placementPolicy": "default",
        "zoneName": document["zoneName"],
        "subnetId": document["subnetId"],
        "vpcId": document["vpcId"],
        "autoRenew": document.get("autoRenew", False),
        "keypairId": document.get("keypairId", ""),
        "keypairName": document.get("keypairName", ""),
        "dedicatedHostId": "",
        "hostId": document["hostId"],
        "switchId": document["hostId"].replace("host", "switch"),
        "rackId": document["rackId"],
        "deploysetId": "",
        "deploysetList": [],
        "tags": document.get("tags", []),
        "ipv6": "",
        "eniQuota": "4",
        "deletionProtection": document.get("deletionProtection", 0),
        "volumes": [
            {"id": volume, "isSystemVolume": number == 0} for number, volume in enumerate(document["volumeIds"])
        ],
        "isEipAutoRelatedDelete": False,
        "hosteyeType": "default",
        "chargeStatus": document.get("chargeStatus", "normal"),
        "serialNumber": document["serialNumber"],
        "nicInfo": _nic(document),
    }


def _nic(document: Document) -> Json:
    address = document["internalIp"].split(".")
    eip = document.get("publicIp", "")
    return {
        "eniId": document["eniId"],
        "eniUuid": document["eniId"],
        "name": "eth0",
        "type": "primary",
        "subnetId": document["subnetId"],
        "subnetType": "BCC",
        "az": document["zoneName"],
        "description": "",
        "deviceId": document["id"],
        "status": "inuse",
        "macAddress": "fa:26:" + ":".join(f"{int(part):02x}" for part in address),
        "vpcId": document["vpcId"],
        "createdTime": document["createTime"],
        "eniNum": 1,
        "ips": [
            {
                "privateIp": document["internalIp"],
                "primary": "true",
                "eip": eip,
                "eipId": document.get("eipId", ""),
                "eipStatus": "binded" if eip else "",
                "eipSize": str(document.get("networkCapacityInMbps", 0)) if eip else "0",
                "eipType": "BGP" if eip else "",
                "eipAllocationId": document.get("eipId", ""),
            }
        ],
        "securityGroups": document.get("securityGroupIds", []),
        "enterpriseSecurityGroups": [],
    }
