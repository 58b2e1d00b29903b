/* How one peer reaches the world: addresses, ports, STUN and TURN of its ICE agent, and the outcome. */
#pragma once

#include <json-glib/json-glib.h>
#include <nice/agent.h>

G_BEGIN_DECLS

typedef struct _R58Network R58Network;

/* From the member `network` of a command, NULL = every address, any port, no servers. Sets `wrong` and returns NULL when
 * it cannot be used. */
R58Network *r58_network_new (JsonObject *o, const gchar **wrong);
void r58_network_free (R58Network *network);

/* Before there is a stream. `ice` is the ice-agent of a webrtcbin, `agent` what is inside. */
void r58_network_prepare (const R58Network *network, GObject *ice, NiceAgent *agent);
/* When there is a stream and before it gathers: TURN servers belong to streams. */
void r58_network_relays (const R58Network *network, NiceAgent *agent, guint stream);
/* Once the peer is connected. */
void r58_network_connected (NiceAgent *agent);
/* How long an answer waits for candidates. */
guint r58_network_gather_ms (const R58Network *network);

/* One candidate as an object under `key`, or as an element of an array when that is NULL. */
void r58_network_add_candidate (JsonBuilder *b, const gchar *key, NiceCandidate *candidate);
/* Adds the member `connection`: {local:[…],remote:[…],pair:{local,remote}|null,ice,dtls}. `local` and `remote` are the
 * pair in use or NULL, copies of the caller's: libnice's own may change while they are read. */
void r58_network_report (JsonBuilder *b, NiceAgent *agent, guint stream, NiceCandidate *local, NiceCandidate *remote,
    const gchar *dtls);

G_END_DECLS
