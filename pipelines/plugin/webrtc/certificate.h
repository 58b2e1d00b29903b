/* Whether the certificate that a peer shows is the one its description named. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `fingerprints` as in SDP (RFC 8122 §5), several separated by commas or line ends; only SHA-256 counts. */
gboolean r58_certificate_matches (const gchar *pem, const gchar *fingerprints);

G_END_DECLS
