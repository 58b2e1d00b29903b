/* A V4L2 capture node: who it is, what signal it has, its buffers. Everything that looks at the device before streaming
 * only reads; formats are set by the one owner, never while streaming (both crashed the upstream product's kernel). */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* What arrives at the connector. */
typedef struct {
  gboolean present;
  const gchar *reason; /* why not: no-link, no-lock, out-of-range, no-size; static */
  guint width, height;
  gint fps_n, fps_d; /* 0/1 when the device does not say */
  gboolean interlaced;
} R58Signal;

/* One captured frame, wrapped without a copy; it goes back to the driver when its memory is freed. */
typedef struct {
  GstMemory *memory;
  guint32 sequence;
  GstClockTime at; /* monotonic, or GST_CLOCK_TIME_NONE when the driver stamps with another clock */
} R58Frame;

typedef enum { R58_DEQUEUED, R58_DAMAGED, R58_NOTHING, R58_FAILED, R58_GONE } R58Dequeued;

typedef struct _R58Node R58Node;

/* Opens `device` and, where the signal is known by a bridge chip's own node, `subdev` (else NULL). `bus` NULL or what
 * QUERYCAP must say. NULL with the reason in `why` (free it); `busy`: another process of ours has the node. */
R58Node *r58_node_open (const gchar *device, const gchar *subdev, const gchar *bus, gboolean *busy, gchar **why);
/* Frames still out stay readable. */
void r58_node_close (R58Node *node);

const gchar *r58_node_driver (R58Node *node);
const gchar *r58_node_card (R58Node *node);
const gchar *r58_node_bus (R58Node *node);
/* FALSE when nothing tells about a signal that comes or changes, so that one must look now and then. */
gboolean r58_node_has_events (R58Node *node);

/* Reads what arrives now, without setting anything. FALSE when the device is gone. */
gboolean r58_node_probe (R58Node *node, R58Signal *signal);

/* Sets timings and format for the signal, allocates buffers and streams. `format` NULL takes the cheapest to convert.
 * `width` and `height` are asked of devices that let one choose (0: as it is); the signal is corrected to what they
 * give. FALSE with the reason in `why`. Fills `info` with the real strides and offsets. */
gboolean r58_node_start (R58Node *node, R58Signal *signal, const gchar *format, guint width, guint height,
    GstVideoInfo *info, gchar **why);
void r58_node_stop (R58Node *node);

/* Descriptors to poll: the node (POLLIN while streaming, POLLPRI) and the subdev or -1 (POLLPRI). */
gint r58_node_fd (R58Node *node);
gint r58_node_subdev_fd (R58Node *node);
/* Takes every pending event; TRUE when the source changed. */
gboolean r58_node_source_changed (R58Node *node);
R58Dequeued r58_node_dequeue (R58Node *node, R58Frame *frame);

G_END_DECLS
