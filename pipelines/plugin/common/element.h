/* What every r58 element shares: the machine's clock and grids, events out, commands in. */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Longest command text an element accepts, in bytes. An SDP offer is the largest. */
#define R58_COMMAND_MAX 65536

/* The machine's sample grid: blocks of 480 frames of F32LE stereo at 48 kHz. */
#define R58_RATE 48000
#define R58_CHANNELS 2
#define R58_BLOCK 480
#define R58_BLOCK_NS (10 * GST_MSECOND)
#define R58_AUDIO_CAPS \
  "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3"

/* Registers the elements of each file. */
gboolean r58_linksink_register (GstPlugin *plugin);
gboolean r58_linksrc_register (GstPlugin *plugin);
gboolean r58_testsrc_register (GstPlugin *plugin);
gboolean r58_mixer_register (GstPlugin *plugin);
gboolean r58_webrtc_register (GstPlugin *plugin);
gboolean r58_drift_register (GstPlugin *plugin);
gboolean r58_tracktime_register (GstPlugin *plugin);
gboolean r58_meter_register (GstPlugin *plugin);
gboolean r58_v4l2src_register (GstPlugin *plugin);
gboolean r58_size_limit_register (GstPlugin *plugin);
gboolean r58_rtp_port_register (GstPlugin *plugin);

/* Makes the pipeline that holds `element` run on the monotonic system clock, whatever other elements
 * provide. Call in NULL→READY. */
void r58_force_clock (GstElement *element);

/* Absolute monotonic time now, ns. Equals running time + base time of every pipeline of the machine. */
GstClockTime r58_now (void);

/* The frame grid of the machine: frame k is shown at k·den/num seconds from monotonic 0. */
GstClockTime r58_grid_time (guint64 k, gint fps_n, gint fps_d);
/* The last k whose time is ≤ t. */
guint64 r58_grid_index (GstClockTime t, gint fps_n, gint fps_d);

/* Posts the element message `r58` with the string fields `event` and `json`; takes ownership of `builder`,
 * which must hold one complete object. */
void r58_post_event (GstElement *element, const gchar *event, JsonBuilder *builder);
/* Starts an object for r58_post_event. */
JsonBuilder *r58_json_begin (void);
void r58_json_int (JsonBuilder *b, const gchar *key, gint64 value);
void r58_json_double (JsonBuilder *b, const gchar *key, gdouble value);
void r58_json_bool (JsonBuilder *b, const gchar *key, gboolean value);
void r58_json_string (JsonBuilder *b, const gchar *key, const gchar *value);
/* Nanoseconds travel as decimal strings: JSON numbers lose them. */
void r58_json_ns (JsonBuilder *b, const gchar *key, GstClockTime value);

/* Parses one command: an object with a string member `op`. Returns the parser (unref it) or NULL after
 * posting the event `refused` {op?, reason}. */
JsonParser *r58_command_parse (GstElement *element, const gchar *text, JsonObject **object, const gchar **op);
/* Posts `refused` for a command that was understood but cannot be done. `id` may be NULL. */
void r58_command_refuse (GstElement *element, const gchar *op, const gchar *id, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

/* Typed members with a default for what is absent or of another type. */
gint64 r58_member_int (JsonObject *o, const gchar *key, gint64 fallback);
gdouble r58_member_double (JsonObject *o, const gchar *key, gdouble fallback);
const gchar *r58_member_string (JsonObject *o, const gchar *key, const gchar *fallback);
gboolean r58_member_bool (JsonObject *o, const gchar *key, gboolean fallback);
/* Decimal string or number of nanoseconds. */
GstClockTime r58_member_ns (JsonObject *o, const gchar *key, GstClockTime fallback);

G_END_DECLS
