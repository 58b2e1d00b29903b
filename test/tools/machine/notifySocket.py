"""The service manager's side of sd_notify(3): prints each datagram that comes to the socket as one line of JSON."""
import json
import socket
import sys

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
print(json.dumps('listening'), flush=True)
while True:
    print(json.dumps(manager.recv(4096).decode()), flush=True)
