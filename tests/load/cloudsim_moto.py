"""The simulator and moto's server in the same run: list a page of 20 instances, describe one.

    python tests/load/cloudsim_moto.py FOLDER [SECONDS]

FOLDER holds a world made by `cloudsim_world.py`; moto is given MOTO_INSTANCES instances. Both are asked over keep-alive
connections with IN_FLIGHT requests under way; the simulator verifies a signature on each, moto does not check any.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import uvloop
from cloudsim_bench import IN_FLIGHT, PAGE, Connection, collect, read_accounts, saturation

MOTO_PORT, PORT, CONTROL_PORT = 18_692, 18_693, 18_694
MOTO_INSTANCES = 200
ALONE = 5
HEAD = (
    "POST / HTTP/1.1\r\nHost: ec2.us-east-1.amazonaws.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/ec2/aws4_request, SignedHeaders=host, "
    "Signature=x\r\nContent-Length: "
)


def moto_request(**fields: str) -> bytes:
    """The bytes of an EC2 query request."""
    body = urllib.parse.urlencode({"Version": "2016-11-15", **fields})
    return f"{HEAD}{len(body)}\r\n\r\n{body}".encode()


async def wait_for(port: int) -> None:
    """Until something listens."""
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise RuntimeError(f"nothing listens on {port}")


async def fill_moto() -> bytes:
    """Run the instances; returns the id of one."""
    line = Connection(MOTO_PORT)
    _, image = await line.exchange(moto_request(Action="DescribeImages", MaxResults="1"))
    ami = image.decode().split("<imageId>")[1].split("<")[0]
    for _ in range(MOTO_INSTANCES // 20):
        _, made = await line.exchange(moto_request(Action="RunInstances", ImageId=ami, MinCount="20", MaxCount="20"))
    return made.decode().split("<instanceId>")[1].split("<")[0].encode()


async def rate(port: int, requests: list[bytes], seconds: float) -> tuple[float, float]:
    """Requests per second at IN_FLIGHT, and the mean milliseconds of one request alone."""
    line, started = Connection(port), time.perf_counter()
    for number in range(ALONE):
        await line.exchange(requests[number % len(requests)])
    alone = (time.perf_counter() - started) / ALONE
    return await saturation(port, requests, seconds), alone * 1000


async def compare(seconds: float) -> dict[str, dict[str, float]]:
    """Figures of both servers."""
    await wait_for(MOTO_PORT)
    await wait_for(CONTROL_PORT)
    one = (await fill_moto()).decode()
    ours = await collect(PORT, read_accounts(CONTROL_PORT)[:10])
    calls = {
        "list": ([moto_request(Action="DescribeInstances", MaxResults=str(PAGE))], ours["list"]),
        "describe": ([moto_request(Action="DescribeInstances", **{"InstanceId.1": one})], ours["detail"]),
    }
    figures: dict[str, dict[str, float]] = {}
    for name, (theirs, mine) in calls.items():
        moto_rate, moto_alone = await rate(MOTO_PORT, theirs, seconds)
        our_rate, our_alone = await rate(PORT, mine, seconds)
        figures[name] = {
            f"moto requests/s at {IN_FLIGHT}": round(moto_rate, 1), "moto alone ms": round(moto_alone, 2),
            f"cloudsim requests/s at {IN_FLIGHT}": round(our_rate, 1), "cloudsim alone ms": round(our_alone, 2),
        }  # fmt: skip
    return figures


def main(folder: Path, seconds: float) -> None:
    """Start both servers, compare, stop both."""
    bins = Path(sys.executable).parent
    commands = [
        [str(bins / "moto_server"), "-H", "127.0.0.1", "-p", str(MOTO_PORT)],
        [sys.executable, "-m", "cloudsim", "--port", str(PORT), "--service-ports", "0", "--control-port",
         str(CONTROL_PORT), "--database", str(folder / "cloud.db"), "--seed", str(folder / "seed.yaml"),
         "--clock", str(folder / "clock.json")],
    ]  # fmt: skip
    servers = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
    try:
        print(json.dumps(uvloop.run(compare(seconds)), indent=1))
    finally:
        for server in servers:
            server.terminate()
            server.wait(timeout=20)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 5.0)
