/* What is read from session descriptions, and the little that is written into one. */
#pragma once

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#include "webrtc/feed.h"
#include "webrtc/gate.h"

G_BEGIN_DECLS

/* The streams that a description names (RFC 5576 §4.1). */
void r58_sdp_each_ssrc (const GstSDPMessage *sdp, R58Gate *gate, void (*call) (R58Gate *gate, guint32 ssrc));
/* TRUE for the stream of a line of sound. */
gboolean r58_sdp_is_audio (const GstSDPMessage *sdp, guint ssrc);
/* Index of the line of this kind, −1 when there is none. */
gint r58_sdp_line_of (const GstSDPMessage *sdp, R58Kind kind);
/* Id of a header extension that the first line with it gives it, 0 when none does. */
guint r58_sdp_extension (const GstSDPMessage *sdp, const gchar *uri);
/* What an answer to the line prefers: the offer's own codec plus its header extensions. NULL when there is no such line. */
GstCaps *r58_sdp_preference (const GstSDPMessage *offer, guint line);
/* The description with the lines of `candidates`, each ended by CRLF, in its first media line: every one is bundled onto
 * that, and candidates belong there (RFC 9143 §9.1). */
gchar *r58_sdp_with_candidates (const gchar *sdp, const gchar *candidates);

G_END_DECLS
