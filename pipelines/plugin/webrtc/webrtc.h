/* The element r58webrtc is made of these parts; each uses only those before it:
 *   keys.c      when a key frame is asked for
 *   seat.c      the guest that is received: its src pads
 *   peers.c     the peers: adding, ending, figures
 *   fanout.c    what every viewer is sent: the sink pads
 *   control.c   the control thread: commands, deadlines, the end of all
 *   webrtc.c    the element: properties, pads, states
 * Private to them; see peer.h for one peer. */
#pragma once

#include "common/element.h"
#include "webrtc/inbox.h"
#include "webrtc/peer.h"

G_BEGIN_DECLS

typedef enum { MODE_SEND, MODE_RECEIVE } Mode;

#define R58_TYPE_WEBRTC (r58_webrtc_get_type ())
G_DECLARE_FINAL_TYPE (R58WebRTC, r58_webrtc, R58, WEBRTC, GstBin)

struct _R58WebRTC {
  GstBin parent;

  Mode mode;
  guint max_peers;

  /* Control thread: commands, deadlines, everything done to peers but pushing packets. */
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  gint commands;        /* waiting */
  GThread *warmer;
  GSource *key_timer;
  gint64 key_asked, key_due;
  gint src_vp8;         /* receive: it is no H.264; any thread */
  gint awaits_key;      /* receive: what comes cannot be decoded until a key frame does; any thread */
  guint ticks;

  GMutex lock;
  GCond removed;
  gboolean ends;        /* control thread: the pipeline stops, nobody may come any more */
  GPtrArray *peers;     /* under lock; changed by the control thread only */
  guint removals;       /* peers being taken apart */
  /* What every viewer is sent under: an answer has to name it, also before the payloader has made its first packet. */
  guint32 ssrc[R58_KINDS];
  guint64 packets_in, bytes_in, key_requests, joined, ended;
  R58GateRefused refused; /* of peers that have ended */

  /* Receive: one pad a kind, there as long as the element, and what waits for the decoder behind it. */
  GstPad *src[R58_KINDS];
  R58Inbox *inbox[R58_KINDS];
  GMutex src_lock[R58_KINDS];
  gboolean src_begun[R58_KINDS], src_discont[R58_KINDS], src_checked[R58_KINDS];
  GstCaps *src_caps[R58_KINDS];
};

/* ---- keys.c ---- */
/* Runs `call` on the control thread. */
void rtc_invoke (R58WebRTC *self, GSourceFunc call, gpointer data, GDestroyNotify notify);
/* A GSourceFunc of the control thread: a key frame is wanted for who has no picture. */
gboolean rtc_key_wanted (gpointer self);
/* As R58PeerOwner.wants_key. */
void rtc_peer_wants_key (GstElement *owner, gboolean joins);

/* ---- seat.c ---- */
/* As in R58PeerOwner. Only the peer in the seat may push. */
void rtc_received (GstElement *owner, R58Peer *peer, R58Kind kind, GstMiniObject *unit);
void rtc_received_event (GstElement *owner, R58Peer *peer, R58Kind kind, GstEvent *event);
void rtc_add_src (R58WebRTC *self, R58Kind kind, GstStaticPadTemplate *template);
void rtc_remove_src (R58WebRTC *self, R58Kind kind);
/* Nothing is behind the pads any more. */
void rtc_stop_src (R58WebRTC *self, R58Kind kind);

/* ---- peers.c ---- Control thread. */
R58Peer *rtc_find_peer (R58WebRTC *self, const gchar *id);
/* Does the command `add`. */
void rtc_add_peer (R58WebRTC *self, const gchar *id, JsonObject *o);
void rtc_end_peer (GstElement *owner, R58Peer *peer, const gchar *reason);
void rtc_post_stats (R58WebRTC *self);

/* ---- fanout.c ---- */
GstPad *rtc_new_sink (GstPadTemplate *template, const gchar *name);

/* ---- control.c ---- */
void rtc_command (R58WebRTC *self, const gchar *text);
void rtc_start (R58WebRTC *self);
/* PAUSED to PLAYING: peers may come. */
void rtc_open (R58WebRTC *self);
/* Peers are told of the end while it is possible: below PLAYING nothing is sent any more. */
void rtc_say_goodbye (R58WebRTC *self);
void rtc_stop (R58WebRTC *self);

G_END_DECLS
