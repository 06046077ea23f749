import Scenarios
import Simulation
import Testing

/// Losses, outages, recovery and wifi: what cannot be is refused at its place.
struct FailureMistakeTests {
  @Test(arguments: [
    (#""loss": ▸1.5"#, "'loss' must be a number between 0 and 1, not 1.5"),
    (#""loss": {"per_packet": ▸-1}"#, "'per_packet' must be a number between 0 and 1, not -1"),
    (#""loss": {▸"per_paket": 0.1}"#, "unknown field 'per_paket'; did you mean 'per_packet'?"),
    (#""mtbf_s": ▸5"#, "'mtbf_s' and 'mttr_s' belong together"),
    (
      #""outages": [{"at_s": ▸-1, "for_s": 2}]"#,
      "'at_s' must be a number between 0 and 100000000, not -1"
    ),
    (#""on_outage": ▸"loose""#, "'on_outage' must be pause or lose, not the string 'loose'; did you mean 'lose'?"),
    (#""mj_per_message": ▸-1"#, "'mj_per_message' must be a number between 0 and 1000000000, not -1"),
    (#""sharing": ▸"wify""#, "unknown sharing 'wify'; did you mean 'wifi'?"),
    (#""sharing": {"kind": "wifi", "station_mbps": ▸[]}"#, "a list of rates has one at least"),
    (
      #""sharing": {"kind": "wifi", "total_mbps_by_clients": ▸[{"clients": 2, "total_mbps": 8}]}"#,
      "the first entry must be for one client"
    ),
    (#""sharing": "wifi", "shared": ▸false"#, "all machines at the lower end share a wifi"),
    (#""sharing": "wifi", "transport": ▸"tcp""#, "on a wifi the 'transport' must be ideal"),
    (#""sharing": "wifi", "buffer_bytes": ▸5"#, "on a wifi link nobody waits: a buffer needs 'sharing' fifo"),
    (
      #""transport": {"kind": "tcp", "idle_restart_ms": ▸5}"#,
      "only a kept connection rests: 'connection' must be kept"
    ),
    (
      #""forwarding": "stream", "outages": [{"at_s": 1}], "on_outage": ▸"lose""#,
      "what streams pauses in outages: 'on_outage' must be pause"
    ),
  ])
  func links(field: String, message: String) {
    expect(Samples.smallest(#""uplink_mbps": 8"#, #""uplink_mbps": 8, "# + field), message)
  }

  @Test func tooManyOutages() {
    let text = Samples.smallest(#""tier": "cloud""#, #""tier": "cloud", "mtbf_s": 1e-6, "mttr_s": 1e-6, "count": 1000"#)
    #expect(Samples.mistakes(text).contains("5000000000 outages would come at random, more than 10^8"))
  }

  /// Two links in one cell that disagree, and one of them pauses.
  @Test func cells() {
    let links = #"""
      "links": [{"name": "wan", "from": "phone", "to": "cloud", "uplink_mbps": 8, "outages": [{"at_s": 1}],
        "sharing": ▸{"kind": "wifi", "cell": "c"}},
        {"name": "lan", "from": "tv", "to": "cloud", "uplink_mbps": 8,
          "sharing": ▸{"kind": "wifi", "cell": "c", "fairness": "airtime"}}]
      """#
    let text = Samples.smallest(#""links": [{"name": "wan", "from": "phone", "to": "cloud", "uplink_mbps": 8}]"#, links)
      .replacing(
        #"{"name": "cloud", "tier": "cloud"}"#,
        with: #"{"name": "cloud", "tier": "cloud"}, {"name": "tv", "tier": "device"}"#)
    let (plain, places) = Samples.marked(text)
    let expected = Samples.expected(
      [
        "a cell that several links share does not pause: 'on_outage' of 'wan' must be lose",
        "links 'wan' and 'lan' share the cell 'c', so that their 'fairness' and 'total_mbps_by_clients' must be the same",
      ], at: places)
    #expect(Samples.mistakes(plain) == expected)
  }

  @Test(arguments: [
    (#"{"timeout_ms": ▸0}"#, "'timeout_ms' must be a positive number of at most 1000000000000, not 0"),
    (#"{"retries": ▸-1}"#, "'retries' must be a whole number between 0 and 10000, not -1"),
    (#"{"backoff_factor": ▸0.5}"#, "'backoff_factor' must be a number between 1 and 1000, not 0.5"),
    (#"{▸"fall_back": "none"}"#, "unknown field 'fall_back'; did you mean 'fallback'?"),
    (
      #"{"fallback": ▸"remainder"}"#, "'fallback' must be none, remaining or whole, not the string 'remainder'"
    ),
  ])
  func recovery(value: String, message: String) {
    let text = Samples.smallest(#""source": "phone""#, #""source": "phone", "recovery": "# + value)
    expect(text, message)
  }

  private func expect(_ text: String, _ message: String) {
    let (plain, places) = Samples.marked(text)
    let mistakes = Samples.mistakes(plain)
    #expect(mistakes.hasPrefix(Samples.expected([message], at: places)), "\(mistakes)")
  }

  /// What is written arrives, with its units.
  @Test func valuesArrive() throws {
    let text = Samples.smallest(
      #""uplink_mbps": 8"#,
      """
      "uplink_mbps": 8, "rtt_ms": 30, "loss": {"per_packet": 0.01}, "mtbf_s": 90, "mttr_s": 10, "on_outage": "lose",
      "outages": [{"at_s": 2}, {"at_s": 1, "for_s": 0.5}], "uplink_nj_per_bit": 5, "mj_per_message": 2,
      "transport": {"kind": "tcp", "connection": "kept"}
      """
    ).replacing(
      #""source": "phone""#,
      with:
        #""source": "phone", "recovery": {"timeout_ms": 50, "retries": 3, "max_backoff_ms": 7, "fallback": "whole"}"#)
    let scenario = try Samples.scenario(text)
    let link = scenario.links[0]
    #expect(link.loss == MessageLoss(perPacket: 0.01) && link.losesInOutages)
    #expect(link.randomOutages == RandomOutages(meanUpNanoseconds: 90e9, meanDownNanoseconds: 10e9))
    #expect(
      link.outages == [Outage(start: 2_000_000_000, end: .max), Outage(start: 1_000_000_000, end: 1_500_000_000)])
    #expect(link.energy.uplinkJoulesPerBit == 5e-9 && link.energy.joulesPerMessage == 2e-3)
    #expect(link.longestRestMilliseconds == 230)
    let recovery = Recovery(
      timeoutNanoseconds: 50_000_000, retries: 3, longestBackoffNanoseconds: 7_000_000, fallback: .whole)
    #expect(scenario.workload[0].recovery == recovery)
    let plain = try Samples.scenario(Samples.smallest).links[0]
    #expect(
      plain.loss == nil && plain.randomOutages == nil && !plain.losesInOutages && plain.longestRestMilliseconds == nil)
  }
}
