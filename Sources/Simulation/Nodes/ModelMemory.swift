/// A node's memory for weights and tensors: weights that are not there are loaded, in place of what was not used for longest.
public struct ModelMemory: Sendable, Hashable {
  public var bytes: Int
  /// How fast weights come from the disk or over the network.
  public var loadBytesPerSecond: Double
  /// What loading takes besides, such as a round trip or parsing.
  public var loadOverheadNanoseconds: Int64

  public init(bytes: Int, loadBytesPerSecond: Double = .infinity, loadOverheadNanoseconds: Int64 = 0) {
    self.bytes = bytes
    self.loadBytesPerSecond = loadBytesPerSecond
    self.loadOverheadNanoseconds = loadOverheadNanoseconds
  }

  var isPossible: Bool {
    (0...Self.limit).contains(bytes) && loadBytesPerSecond > 0
      && (0..<SharingStation.workLimit).contains(loadOverheadNanoseconds)
  }

  static let limit = 1 << 60

  func loadNanoseconds(bytes: Int) -> Int64 {
    .nanoseconds(Double(loadOverheadNanoseconds) + Double(bytes) * 1e9 / loadBytesPerSecond)
  }
}

/// The weights of one network's layers, as one placement keeps them on a node.
struct WeightsKind: Hashable {
  let node: Int
  let model: Int
  let layers: [Int]
}

/// What a visit needs in memory.
struct VisitPlan {
  /// The number of its `WeightsKind`.
  let kind: Int32
  let weightBytes: Int64
  /// Tensors that are alive at once, at most, of each request.
  let activationBytes: Int64
  /// How long the weights take to load.
  let load: Int64
}

/// What one machine has in memory, the weights used last at the end.
struct ResidentWeights {
  private struct Entry {
    let kind: Int32
    let bytes: Int64
    /// When their loading ends.
    let ready: Int64
    /// Visits that use them now.
    var users: Int32 = 0
    var isFirst = true
  }

  /// How a visit finds its weights.
  struct Finding {
    /// Whether they had to be loaded for it.
    var isCold: Bool
    /// Whether nobody has used them since they came.
    var isFirst: Bool
    /// When it can begin.
    var ready: Int64
  }

  private var entries: [Entry] = []
  private var free: Int64
  private(set) var evictions = 0

  /// Without a size everything fits.
  init(_ memory: ModelMemory?) { free = Int64(memory?.bytes ?? ModelMemory.limit) }

  /// Whether weights are there, or on their way.
  func holds(_ kind: Int32) -> Bool { entries.contains { $0.kind == kind } }

  /// Whether there is room, or will be once weights that nobody uses have left.
  func admits(_ plan: VisitPlan, requests: Int64 = 1) -> Bool {
    var room = free
    var need = plan.activationBytes * requests + plan.weightBytes
    for entry in entries {
      if entry.kind == plan.kind { need -= entry.bytes } else if entry.users == 0 { room += entry.bytes }
    }
    return need <= room
  }

  /// A visit begins; it must be admitted.
  mutating func use(_ plan: VisitPlan, requests: Int64 = 1, now: Int64) -> Finding {
    var finding = Finding(isCold: false, isFirst: false, ready: now)
    var entry: Entry
    if let place = entries.firstIndex(where: { $0.kind == plan.kind }) {
      entry = entries.remove(at: place)
      makeRoom(plan.activationBytes * requests)
    } else {
      makeRoom(plan.activationBytes * requests + plan.weightBytes)
      entry = Entry(kind: plan.kind, bytes: plan.weightBytes, ready: now + plan.load)
      free -= plan.weightBytes
      finding.isCold = plan.weightBytes > 0
    }
    free -= plan.activationBytes * requests
    finding.isFirst = entry.isFirst
    finding.ready = max(now, entry.ready)
    entry.isFirst = false
    entry.users += 1
    entries.append(entry)
    return finding
  }

  /// A visit has ended.
  mutating func release(_ plan: VisitPlan, requests: Int64 = 1) {
    free += plan.activationBytes * requests
    for place in entries.indices where entries[place].kind == plan.kind { entries[place].users -= 1 }
  }

  /// Power was off.
  mutating func forgetAll() {
    for entry in entries { free += entry.bytes }
    entries.removeAll()
  }

  private mutating func makeRoom(_ bytes: Int64) {
    while free < bytes, let place = entries.firstIndex(where: { $0.users == 0 }) {
      free += entries.remove(at: place).bytes
      evictions += 1
    }
  }
}
