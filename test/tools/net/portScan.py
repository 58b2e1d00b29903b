"""Which ports others can come in by. `listen PORT…` answers on TCP and UDP; `scan HOST PORT…` prints who answered as JSON."""
import json
import selectors
import socket
import sys
import time

TIMEOUT_S = 2.0


def listen(ports):
    ready = selectors.DefaultSelector()
    for port in ports:
        server = socket.create_server(('', port))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(('', port))
        ready.register(server, selectors.EVENT_READ, 'tcp')
        ready.register(datagrams, selectors.EVENT_READ, 'udp')
    print('listening', flush=True)
    while True:
        for key, _ in ready.select():
            if key.data == 'tcp':
                key.fileobj.accept()[0].close()
            else:
                message, sender = key.fileobj.recvfrom(100)
                key.fileobj.sendto(message, sender)


def scan(host, ports):
    found = {'tcp': [], 'udp': []}
    for port in ports:
        with socket.socket() as client:
            client.settimeout(TIMEOUT_S)
            if client.connect_ex((host, port)) == 0:
                found['tcp'].append(port)
    answers = selectors.DefaultSelector()
    for port in ports:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect((host, port))
        client.send(b'?')
        answers.register(client, selectors.EVENT_READ, port)
    until = time.monotonic() + TIMEOUT_S
    while answers.get_map() and (left := until - time.monotonic()) > 0:
        for key, _ in answers.select(left):
            answers.unregister(key.fileobj)
            try:
                key.fileobj.recv(100)
                found['udp'].append(key.data)
            except OSError:
                pass
    found['udp'].sort()
    print(json.dumps(found))


if sys.argv[1] == 'listen':
    listen([int(port) for port in sys.argv[2:]])
else:
    scan(sys.argv[2], [int(port) for port in sys.argv[3:]])
