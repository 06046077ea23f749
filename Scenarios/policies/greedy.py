"""The fastest cut at the bandwidth that the last message achieved: an external policy in twenty lines."""

from offloadsim_policy import serve

known = {}


def decide(network, question):
    uplink = question["observation"]["links"][0]["uplink"]
    # What is older than ten seconds is forgotten, so that staying local for good is impossible.
    mbps = uplink["mbps"] if uplink and uplink["age_s"] < 10 else None
    # A bandwidth is as good as another that is within a few per cent.
    key = (network.source, mbps and float(f"{mbps:.2g}"))
    if key not in known:
        known[key] = min(network.cuts, key=lambda cut: network.latency_ms(cut, key[1]))
    return known[key]


if __name__ == "__main__":
    serve(decide)
