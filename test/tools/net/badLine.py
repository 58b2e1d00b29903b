"""A bad line: packets that are routed into a TUN device come out of it again late, out of order, or not at all.

badLine.py DEVICE LOSS_PERCENT JITTER_MS ordered|shuffled SEED
Each packet is late by 0 to JITTER_MS, evenly spread; "ordered" ones wait for those before them. Says a line when the device is there.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000

device, loss, jitter, order, seed = sys.argv[1:]
dice = random.Random(int(seed))
line = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(line, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
print("ready", flush=True)

waiting, count, last = [], 0, {}
while True:
    left = waiting[0][0] - time.monotonic() if waiting else None
    select.select([line], [], [], None if left is None else max(0, left))
    now = time.monotonic()
    while True:
        try:
            packet = os.read(line, 65536)
        except BlockingIOError:
            break
        if dice.random() * 100 < float(loss):
            continue
        due = now + dice.random() * float(jitter) / 1000
        if order == "ordered":
            # IPv4 source and destination: the two directions do not wait for each other.
            way = packet[12:20]
            due = last[way] = max(due, last.get(way, 0))
        count += 1
        heapq.heappush(waiting, (due, count, packet))
    while waiting and waiting[0][0] <= time.monotonic():
        os.write(line, heapq.heappop(waiting)[2])
