/* The end of a connection, told to the other side. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Sends the DTLS close_notify through `dtlsenc`; returns when it is on the wire, after a second at the latest. Not on a
 * streaming thread. */
void r58_goodbye_send (GstElement *dtlsenc);

G_END_DECLS
