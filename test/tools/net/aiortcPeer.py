"""One WHIP publisher or WHEP viewer of aiortc, a stack with nothing in common with ours.

aiortcPeer.py publish|watch URL TOKEN [falsified]
Says one JSON object a line: {"state": ...} on changes, {"frames": n} while pictures arrive. Ends when stdin ends.
"""
import asyncio
import json
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay  # noqa: F401 (loads the codecs)
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack


def say(**what):
    print(json.dumps(what), flush=True)


def post(url, token, sdp):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    request = urllib.request.Request(url, sdp.encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=15) as response:
        return response.headers["Location"], response.read().decode()


async def count(track):
    frames = 0
    while True:
        frame = await track.recv()
        frames += 1
        if track.kind == "video" and frames % 5 == 0:
            say(frames=frames, width=frame.width, height=frame.height)


async def main():
    does, url, token = sys.argv[1:4]
    connection = RTCPeerConnection()
    connection.on("connectionstatechange", lambda: say(state=connection.connectionState))
    tasks = []
    if does == "publish":
        connection.addTrack(AudioStreamTrack())
        connection.addTrack(VideoStreamTrack())
        for transceiver in connection.getTransceivers():
            transceiver.direction = "sendonly"
    else:
        connection.on("track", lambda track: tasks.append(asyncio.ensure_future(count(track))))
        for kind in ("audio", "video"):
            connection.addTransceiver(kind, direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    sdp = connection.localDescription.sdp
    if "falsified" in sys.argv:
        lines = [
            "a=fingerprint:sha-256 " + ":".join(["AA"] * 32) if line.startswith("a=fingerprint:sha-256") else line
            for line in sdp.split("\r\n")
        ]
        sdp = "\r\n".join(lines)
    location, answer = await asyncio.get_event_loop().run_in_executor(None, post, url, token, sdp)
    say(location=location)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.get_event_loop().run_in_executor(None, sys.stdin.read)
    await connection.close()


asyncio.run(main())
