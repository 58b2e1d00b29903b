#include "common/element.h"

#define PACKAGE "r58-studio"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return r58_linksink_register (plugin) && r58_linksrc_register (plugin) && r58_testsrc_register (plugin) &&
      r58_mixer_register (plugin) && r58_webrtc_register (plugin) && r58_drift_register (plugin) &&
      r58_meter_register (plugin) && r58_tracktime_register (plugin) && r58_v4l2src_register (plugin) &&
      r58_size_limit_register (plugin) && r58_rtp_port_register (plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, r58, "R58 Studio: links, mixer and WebRTC peers", plugin_init,
    "0.1.0", "MIT/X11", "R58 Studio", "R58 Studio")
