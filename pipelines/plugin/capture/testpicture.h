/* The picture of r58testsrc, I420. Geometry is in 40ths of it; test/tools/engine/counter.ts mirrors it. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* What is the same in every frame: the border in the colour, the field, the label. */
void r58_test_picture_still (GstVideoFrame *f, guint32 rgb, const gchar *label);
/* On top of it, what frame `k` shows: its number in digits and bits, a bar on its way, a flash. */
void r58_test_picture_moving (GstVideoFrame *f, guint64 k, gboolean flash);
/* Back to what the still picture has where r58_test_picture_moving() paints. */
void r58_test_picture_clear (GstVideoFrame *f);

G_END_DECLS
