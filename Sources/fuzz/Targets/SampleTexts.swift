/// The seed corpus of texts: small, and with every field that readers know.
enum SampleTexts {
  static let scenarios = [
    """
    {"offloadsim": 1, "name": "a", "seed": 42, "duration_s": 600, "warmup_s": 60, "replications": 5,
     "models": [{"name": "mobilenet_v2"}, {"name": "toy", "costs": "toy.json"}, {"name": "v", "file": "v.onnx"}],
     "nodes": [{"name": "camera", "tier": "device", "count": 50, "profile": "raspberry-pi-4"},
      {"name": "gateway", "tier": "edge", "profile": "jetson-nano", "service_variation": {"kind": "lognormal", "cv": 0.5}},
      {"name": "cloud", "tier": "cloud", "profile": "nvidia-t4", "servers": 4,
       "scheduler": {"kind": "batch", "max_batch": 8, "timeout_ms": 5}}],
     "links": [{"name": "lte", "from": "camera", "to": "gateway", "uplink_mbps": 5.85, "downlink_mbps": 13.76, "rtt_ms": 50,
       "sharing": "fair", "radio": "lte", "shared": true},
      {"name": "wan", "from": "gateway", "to": "cloud", "uplink_mbps": 200, "downlink_mbps": 200, "rtt_ms": 20,
       "sharing": "fifo", "radio": {"tx_base_w": 1, "tx_w_per_mbps": 0.1, "rx_base_w": 1, "rx_w_per_mbps": 0.1,
       "promotion_s": 0.1, "promotion_w": 1, "tail_s": 5, "tail_w": 1, "idle_w": 0.01},
       "outages": [{"at_s": 1, "for_s": 2}], "transport": {"kind": "tcp", "initial_window": 10, "mss_bytes": 1460}}],
     "workload": [{"source": "camera", "model": "mobilenet_v2", "arrivals": {"kind": "poisson", "rate_per_s": 2},
       "input": {"encoding": "jpeg", "bytes": 20000}, "deadline_ms": 200}],
     "policies": ["local", "cloud", {"kind": "fixed", "cut": "features.18", "label": "f"}, "mincut,crossings=one-way", "oracle"],
     "execution": {"mode": "once"}, "timing": "profile", "record": "requests", "return_result": true, "drain": true}
    """,
    """
    {"offloadsim": 1, "name": "b", "duration_s": 10, "models": [{"name": "lenet5"}],
     "nodes": [{"name": "d", "tier": "device", "profile": "phone", "scheduler": "ps"}, {"name": "c", "tier": "cloud", "profile": "nvidia-t4"}],
     "links": [{"name": "l", "from": "d", "to": "c", "uplink_mbps": {"trace": "x.txt", "format": "mahimahi"}}],
     "workload": [{"source": "d", "model": "lenet5", "arrivals": {"kind": "mmpp", "rates_per_s": [1, 2], "mean_holding_s": [1, 2]}},
      {"source": "d", "model": "lenet5", "arrivals": {"kind": "periodic", "rate_per_s": 1, "phase_s": 0.5, "jitter": 0.1}},
      {"source": "d", "model": "lenet5", "arrivals": {"kind": "trace", "times_s": [0, 0.5, 1e3]}},
      {"source": "d", "model": "lenet5", "arrivals": {"kind": "closed", "clients": 3, "think_s": 0.1, "think": "exponential"}}],
     "policies": ["neurosurgeon"]}
    """,
  ]

  static let costs = [
    """
    {"offloadsim_costs": 1, "tiers": ["device", "cloud"], "power_w": {"device": {"busy": 2, "idle": 0.3, "tx": 1, "rx": 1}},
     "layers": [{"name": "input", "inputs": [], "output_bytes": 600000, "pinned": "device"},
      {"name": "conv1", "inputs": ["input"], "output_bytes": 800000, "ms": {"device": 10, "cloud": 1}},
      {"name": "fc", "inputs": ["conv1"], "output_bytes": 4000, "ms": {"device": 20, "cloud": 2},
       "batch_ms": {"cloud": {"fixed": 1.5, "per_item": 0.5}}}]}
    """
  ]

  static let options = [
    "workload.0.arrivals.rate_per_s=30", "nodes.camera.count=[1, 2]", "links.0={\"a\": \"b\"}",
    "device:cloud=16/16+0", "device:edge=5.85/13.76+50", "edge:cloud=1e3+0.5", "fixed,cut=features.18,to=cloud",
    "mincut,crossings=one-way", "oracle,objective=throughput",
  ]

  static let arrivals = ["# seconds\n0\n0.5\n\n0.5 # twice\n1e3\n", "0\n1.25\n2.5\n3.75\n1000000000\n"]

  static let traces = [
    "0\n1\n1\n2\n5\n12\n12\n30\n", "0 1.5\n1.0 2.25\n2.5 0\n4 10\n",
    """
    Timestamp,Longitude,DL_bitrate,UL_bitrate,State
    2019.12.16_07.22.43,-8.1,1000,250,D
    2019.12.16_07.22.44,-8.2,1200,"300",D
    2019.12.16_07.22.46,-8.2,0,0,I

    """,
  ]
}
