/* One WebRTC peer: a webrtcbin from offer to removal, with what webrtcbin 1.22 leaves out put right (fingerprint check,
 * notice of loss, bounded gathering, no delay in the jitterbuffer). */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#include "webrtc/feed.h"
#include "webrtc/gate.h"
#include "webrtc/network.h"

G_BEGIN_DECLS

typedef struct _R58Peer R58Peer;

/* What the element does for its peers. `ended` comes on the control thread, the others on any. */
typedef struct {
  void (*ended) (GstElement *owner, R58Peer *peer, const gchar *reason);
  /* A viewer needs a key frame: it `joins`, or lost something or asked. */
  void (*wants_key) (GstElement *owner, gboolean joins);
  /* Received media of a guest whose certificate is the one of its offer. Transfer full. */
  void (*received) (GstElement *owner, R58Peer *peer, R58Kind kind, GstMiniObject *unit);
  void (*received_event) (GstElement *owner, R58Peer *peer, R58Kind kind, GstEvent *event);
} R58PeerOwner;

typedef struct {
  GstElement *owner;           /* a GstBin */
  const R58PeerOwner *does;
  GMainContext *context;       /* the control thread's; every call but r58_peer_push is made there */
  gboolean receive;
  const gchar *id, *sdp, *fingerprint;
  gint video_pt, audio_pt;     /* send: −1 = this viewer does not get it */
  guint32 ssrc[R58_KINDS];     /* send: what its packets carry */
  const gchar *audio_pad;      /* send: name of the element's pad */
  R58Network *network;         /* the peer's from now on */
} R58PeerOptions;

/* Starts the negotiation; the peer posts `answer` or ends. */
R58Peer *r58_peer_new (const R58PeerOptions *options);
R58Peer *r58_peer_ref (R58Peer *peer);
void r58_peer_unref (R58Peer *peer);
const gchar *r58_peer_id (R58Peer *peer);

/* A candidate of the other side, `candidate:…` (RFC 8839 §5.1). FALSE when it is none or there are too many. */
gboolean r58_peer_candidate (R58Peer *peer, const gchar *candidate);
/* Posts the last events and takes the peer apart in a thread of its own; `done` is called there, last. */
void r58_peer_end (R58Peer *peer, const gchar *reason, void (*done) (GstElement *owner));
/* Deadlines; call about four times a second. May end the peer through the owner. */
void r58_peer_check (R58Peer *peer);
R58GateRefused r58_peer_refused (R58Peer *peer);
void r58_peer_stats (R58Peer *peer, JsonBuilder *b);

/* Send: payload type of this viewer for what comes in on `pad` ("video" or an audio pad), −1 when it takes none. */
gint r58_peer_takes (R58Peer *peer, const gchar *pad);
void r58_peer_push (R58Peer *peer, R58Kind kind, GstMiniObject *unit, gboolean starts);
/* Receive: asks the guest for a key frame (PLI). */
void r58_peer_ask_key (R58Peer *peer);

/* Ends the peer when `source` is inside it; FALSE when it is not. Any thread. */
gboolean r58_peer_error (R58Peer *peer, GstObject *source, const gchar *text);

/* The first handshake of a process pays for making the certificate and loading plugins (0.2–0.6 s): do it ahead. */
void r58_peer_warm (void);

G_END_DECLS
