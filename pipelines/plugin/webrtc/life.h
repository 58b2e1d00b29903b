/* Whether a peer is still there. It answers our consent checks (RFC 7675) and makes its own, whether or not it has anything
 * to send, but libnice tells nobody of them; the kernel does, of anything that comes on a socket. */
#pragma once

#include <gio/gio.h>
#include <nice/agent.h>

G_BEGIN_DECLS

/* Zeroed before use. The caller's lock guards it. */
typedef struct {
  gint64 heard, checked; /* g_get_monotonic_time */
  GPtrArray *sockets;
  gint64 stamps; /* sum of what the kernel said of those of datagrams */
} R58Life;

/* The sockets of a component, also those behind a relay. Takes libnice's lock: hold none. */
GPtrArray *r58_life_sockets (NiceAgent *agent, guint stream, guint component);
/* Takes `sockets`, in place of those before. */
void r58_life_watch (R58Life *life, GPtrArray *sockets);
void r58_life_clear (R58Life *life);
void r58_life_heard (R58Life *life, gint64 now_us);
/* µs since anything came; 0 when there is no way to know. */
gint64 r58_life_silence (R58Life *life, gint64 now_us);

G_END_DECLS
