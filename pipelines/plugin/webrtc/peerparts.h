/* One peer is made of these parts; each uses only those before it:
 *   peerparts.c    what all of them need: references, the way to the control thread, events
 *   connection.c   whether there is a connection: certificate, addresses, deadlines
 *   session.c      what passes through webrtcbin: what is let in, reports, lip sync
 *   receiving.c    what a guest sends, out of webrtcbin
 *   sending.c      what a viewer gets, into webrtcbin
 *   negotiation.c  from the offer to the answer
 *   peer.c         from beginning to end
 * Private to them. */
#pragma once

#include "common/element.h"
#include "webrtc/life.h"
#include "webrtc/linefigures.h"
#include "webrtc/lipsync.h"
#include "webrtc/peer.h"
#include "webrtc/sdp.h"
#include "webrtc/twcc.h"

G_BEGIN_DECLS

/* What is bundled is one stream, the first of the agent. */
#define PEER_STREAM 1

typedef enum { PEER_NEW, PEER_CONNECTING, PEER_CONNECTED, PEER_ENDED } PeerState;

struct _R58Peer {
  gint refs;
  GstElement *owner;
  const R58PeerOwner *does;
  GMainContext *context;
  gchar *id, *fingerprint, *audio_pad;
  gboolean receive;
  gint pt[R58_KINDS];
  R58Network *network;

  GstElement *webrtc;
  GObject *ice;
  NiceAgent *agent;
  GstElement *dtlsenc;
  GObject *session; /* the one RTP session of the bundle */
  R58Feed *feed;
  R58Gate *gate;
  R58LipSync *lip_sync;
  R58Twcc *twcc;
  GSource *gather_timer;
  GstSDPMessage *offer;
  gchar *answer;
  gboolean answered;

  /* Control thread only. */
  PeerState state;
  gboolean diagnosed;
  gint64 created, connected_at;
  gint64 expected; /* since when it could connect: the answer, or its last candidate */
  guint candidates;
  guint64 last_bytes;
  gint64 last_bytes_at;
  gdouble kbps;

  /* Any thread. */
  gint verified; /* the certificate is the one of the offer */
  gint ended;
  gint dtls;     /* GstDtlsConnectionState */
  gint ice_failed;
  GMutex lock;
  GPtrArray *inlets; /* of receiving.c */
  guint64 packets, bytes;
  GstClockTimeDiff held; /* longest a received packet left after its time stamp, since the last figures */
  R58Life life;
  gint64 media[R58_KINDS]; /* last packet of a guest, g_get_monotonic_time */
  NiceCandidate *local, *remote; /* the selected pair, copies; NULL before */
  R58LineFigures line;
  guint32 loss_ssrc, video_ssrc; /* of what a viewer is sent */
};

/* ---- peerparts.c ---- */
/* Handlers hold a reference: they may run while the peer is taken apart. */
void peer_hear (R58Peer *peer, gpointer object, const gchar *signal, GCallback callback);
void peer_probe (R58Peer *peer, GstPad *pad, GstPadProbeType type, GstPadProbeCallback callback);
/* Runs `call` on the control thread unless the peer has ended; it owns `data` (g_malloc or NULL). */
void peer_later (R58Peer *peer, void (*call) (R58Peer *peer, gpointer data), gpointer data);
/* Ends the peer for this reason, from any thread. */
void peer_fail (R58Peer *peer, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
/* An event that says of which peer it is. */
JsonBuilder *peer_event (R58Peer *peer);
void peer_set_state (R58Peer *peer, PeerState state, const gchar *name, const gchar *reason);

/* ---- connection.c ---- */
void peer_watch_connection (R58Peer *peer);
void peer_watch_dtls (R58Peer *peer, GstElement *dtlsdec);
/* Why there is (no) connection: what was tried and how far it came. */
void peer_add_report (R58Peer *peer, JsonBuilder *b);

/* ---- session.c ---- */
void peer_watch_session (R58Peer *peer);
/* Once there is a session: what it tells, and how often. */
void peer_set_reports (R58Peer *peer);

/* ---- receiving.c ---- */
/* A GPtrArray for `inlets`. */
GPtrArray *peer_inlets_new (void);
void peer_watch_received (R58Peer *peer);
/* When webrtcbin is stopped. */
void peer_stop_inlets (R58Peer *peer);

/* ---- sending.c ---- */
void peer_open_feed (R58Peer *peer, const guint32 ssrc[R58_KINDS]);
/* TRUE when the viewer has a line of each kind that it is to get. */
gboolean peer_add_tracks (R58Peer *peer, const guint32 ssrc[R58_KINDS]);

/* ---- negotiation.c ---- */
void peer_watch_negotiation (R58Peer *peer);
void peer_negotiate (R58Peer *peer);
/* Nobody waits for an answer any more. */
void peer_stop_gathering (R58Peer *peer);

G_END_DECLS
