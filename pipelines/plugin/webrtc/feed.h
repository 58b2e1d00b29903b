/* What one viewer is sent: RTP packets under the viewer's own payload types, in a bounded queue with its own thread, so
 * that a viewer that joins, stalls or goes never holds up the others. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum { R58_VIDEO, R58_AUDIO, R58_KINDS } R58Kind;

const gchar *r58_kind_name (R58Kind kind);

/* ---- packets ---- */

/* A unit is a GstBuffer (one packet) or a GstBufferList (the packets of one frame). */
guint r58_rtp_unit_packets (GstMiniObject *unit);
gsize r58_rtp_unit_bytes (GstMiniObject *unit);
/* The unit under another payload type and SSRC: the 12–20 bytes of header are copied, the payload is shared, header
 * extensions (whose ids belong to the payloader, not to this viewer's offer) are left out. Transfer full; NULL when no
 * RTP. */
GstMiniObject *r58_rtp_unit_rewrite (GstMiniObject *unit, guint8 payload_type, guint32 ssrc);
/* Whether an H.264 decoder can start here: parameter sets or the start of an IDR slice are in it (RFC 6184 §5). */
gboolean r58_rtp_unit_starts_h264 (GstMiniObject *unit);
/* The same for one VP8 packet (RFC 7741 §4). */
gboolean r58_rtp_starts_vp8 (GstBuffer *packet);
/* Whether an H.264 packet is a later part of one unit (FU, RFC 6184 §5.8). */
gboolean r58_rtp_continues_h264 (GstBuffer *packet);
/* The marker bit: of video, the last packet of a frame. */
gboolean r58_rtp_ends_frame (GstBuffer *packet);

/* ---- the queue of one viewer ---- */

typedef struct _R58Feed R58Feed;

typedef struct {
  guint64 packets, bytes; /* handed to webrtcbin after the handshake */
  guint64 dropped;        /* packets left out because the viewer's queue was full */
  gint64 last_sent;       /* g_get_monotonic_time of the last packet, 0 = none */
} R58FeedStats;

/* `wants_key` is called on any thread when the viewer needs a key frame; `owner` must outlive r58_feed_stop. */
R58Feed *r58_feed_new (void (*wants_key) (gpointer owner), gpointer owner);
/* The pad that carries `kind`; linked to webrtcbin by the caller, caps and segment are sent by r58_feed_begin. */
GstPad *r58_feed_pad (R58Feed *feed, R58Kind kind);
void r58_feed_begin (R58Feed *feed, R58Kind kind, GstCaps *caps);
/* From here on packets are taken; until then they are left out (they belong to nobody yet). */
void r58_feed_open (R58Feed *feed);
gboolean r58_feed_is_open (R58Feed *feed);
/* Takes the unit. Video is held back until a unit with `starts` (a decoder can start here). Never blocks. */
void r58_feed_push (R58Feed *feed, R58Kind kind, GstMiniObject *unit, gboolean starts);
void r58_feed_stats (R58Feed *feed, R58FeedStats *stats);
/* Stops taking packets and lets the thread run out. Does not wait. */
void r58_feed_stop (R58Feed *feed);
/* Waits for the thread (webrtcbin must be in NULL by now) and frees. */
void r58_feed_free (R58Feed *feed);

G_END_DECLS
