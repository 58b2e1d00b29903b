/* Lip sync of one guest: keeps picture and sound as far apart as the guest's sender reports say they were taken.
 *
 * The jitter buffers place each stream by the arrival of its packets. A sender report pairs a packet's RTP time with the
 * sender's own clock (RFC 3550 §6.4.1), so two streams with reports can be compared. rtpbin does so too, by the latest
 * report of each alone. But a browser on a busy machine pairs the RTP time of its sound with the moment it came to
 * sending, at times 100 ms late, and that would hold for 5 s, up to the next report. */
#pragma once

#include <gst/gst.h>

typedef struct _R58LipSync R58LipSync;

R58LipSync *r58_lip_sync_new (GstElement *rtpbin);
void r58_lip_sync_free (R58LipSync *sync);

/* `s` is what a jitter buffer says in its signal handle-sync. Any thread. */
void r58_lip_sync_report (R58LipSync *sync, GstElement *jitterbuffer, const GstStructure *s);
