/// A medium that messages of both directions contend for, as stations do for the air of a Wi-Fi cell.
///
/// A message of b bytes at its station's rate r takes 8 b / r of air. While several are on their way each gets the same
/// throughput, as stations that win the air equally often do (a slow one slows all), or the same air.
/// Source: Heusse, Rousseau, Berger-Sabbatel, Duda, "Performance anomaly of 802.11b", INFOCOM 2003; air instead: Tan,
/// Guttag, "Time-based fairness improves performance in multi-rate WLANs", USENIX ATC 2004.
public struct AirtimeMedium: Sendable, Hashable {
  public enum Fairness: String, Sendable, CaseIterable { case throughput, airtime }

  /// What all stations together achieve with so many of them active.
  public struct Total: Sendable, Hashable {
    public var clients: Int
    public var bitsPerSecond: Double

    public init(clients: Int, bitsPerSecond: Double) {
      self.clients = clients
      self.bitsPerSecond = bitsPerSecond
    }
  }

  public var fairness: Fairness
  /// Links of one cell share the air; a link without one has its own.
  public var cell: String?
  /// Of the machines at the lower end, machine i using entry i modulo their number; the link's rates where empty.
  public var stationBitsPerSecond: [Double]
  /// Measured, ascending by clients from 1 on; empty where the total does not depend on them.
  public var totals: [Total]

  public init(
    fairness: Fairness = .throughput, stationBitsPerSecond: [Double] = [], totals: [Total] = [], cell: String? = nil
  ) {
    self.cell = cell
    self.fairness = fairness
    self.stationBitsPerSecond = stationBitsPerSecond
    self.totals = totals
  }

  /// What the total is with so many active stations, over that with one: between two entries by a straight line, beyond the
  /// last as there.
  public func factor(clients: Int) -> Double {
    guard let first = totals.first, let last = totals.last, clients > 1 else { return 1 }
    guard let next = totals.firstIndex(where: { $0.clients >= clients }), next > 0 else {
      return last.bitsPerSecond / first.bitsPerSecond
    }
    let (low, high) = (totals[next - 1], totals[next])
    let part = Double(clients - low.clients) / Double(high.clients - low.clients)
    return (low.bitsPerSecond + part * (high.bitsPerSecond - low.bitsPerSecond)) / first.bitsPerSecond
  }
}
