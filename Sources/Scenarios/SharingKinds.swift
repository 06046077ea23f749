import Simulation
import StrictJSON

/// The ways to share a link that a scenario can name.
enum SharingKinds {
  typealias Entry = (sharing: LinkModel.Sharing, medium: AirtimeMedium?)

  static let all: [Kind<Entry>] = [
    Kind("fair", "transfers in progress share the rate equally") { _ in (.fair, nil) },
    Kind("fifo", "one message at a time") { _ in (.fifo, nil) },
    Kind("wifi", "messages up and down, of all machines, contend for the air of one medium") { fields in
      let fairness = fields.choice(
        "fairness", default: AirtimeMedium.Fairness.throughput,
        "throughput: all get the same, so that a slow station slows the others; airtime: all get the same air")
      let rates = fields.numbersIfPresent(
        "station_mbps", in: .range(0.001...1e9),
        "each machine's own rate, machine i modulo their number; the link's rates where missing")
      let totals = fields.array(
        "total_mbps_by_clients", required: false,
        "measured totals by number of stations with messages, ascending from 1: the total is multiplied by what it is with "
          + "so many over what it is with one, between entries by a straight line"
      ) { fields in
        AirtimeMedium.Total(
          clients: fields.int("clients", in: 1...1_000_000, "stations that have messages on their way"),
          bitsPerSecond: 1e6 * fields.double("total_mbps", in: .range(0.001...1e9), "what they achieve together"))
      }
      let cell = fields.nameIfPresent(
        "cell", "links that name the same one share the air; a link that names none has its own")
      if let rates, rates.isEmpty { fields.error("a list of rates has one at least", at: "station_mbps") }
      if let first = totals.first, first.clients != 1 {
        fields.error("the first entry must be for one client", at: "total_mbps_by_clients")
      }
      if zip(totals, totals.dropFirst()).contains(where: { $0.clients >= $1.clients }) {
        fields.error("the numbers of clients must ascend", at: "total_mbps_by_clients")
      }
      return (
        .wifi,
        AirtimeMedium(
          fairness: fairness, stationBitsPerSecond: (rates ?? []).map { $0 * 1e6 }, totals: totals, cell: cell)
      )
    },
  ]
}
