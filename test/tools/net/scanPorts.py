"""Which TCP ports of an address take connections: python3 scanPorts.py ADDRESS. Prints them as a JSON list."""
import errno, json, select, socket, sys, time

address = sys.argv[1]
WINDOW = 400
PATIENCE_S = 3  # A filtered port says nothing.

found = []
waiting = {}
poll = select.poll()


def close(fd):
    poll.unregister(fd)
    waiting.pop(fd)[0].close()


def collect(timeout_ms):
    for fd, _ in poll.poll(timeout_ms):
        connection, port, _ = waiting[fd]
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            found.append(port)
        close(fd)
    now = time.monotonic()
    for fd in [fd for fd, (_, _, since) in waiting.items() if now - since > PATIENCE_S]:
        close(fd)


for port in range(1, 65536):
    while len(waiting) >= WINDOW:
        collect(20)
    connection = socket.socket()
    connection.setblocking(False)
    # No TIME_WAIT left behind.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    result = connection.connect_ex((address, port))
    if result == errno.EINPROGRESS:
        waiting[connection.fileno()] = (connection, port, time.monotonic())
        poll.register(connection, select.POLLOUT)
    else:
        if result == 0:
            found.append(port)
        connection.close()
while waiting:
    collect(20)
print(json.dumps(sorted(found)), flush=True)
