import RandomStreams

/// Something that reads bytes, with what is mutated to feed it.
struct FuzzTarget: Sendable {
  let name: String
  /// Makes the seed corpus and whatever else the cases share, once a process.
  let prepared: @Sendable () throws -> Prepared

  /// A target ready to run.
  struct Prepared {
    /// The bytes of a case.
    let makeCase: (inout RandomStream) -> [UInt8]
    /// Whether the bytes are accepted; throws what a reader must not throw.
    let accepts: ([UInt8]) throws -> Bool
  }

  static let all: [FuzzTarget] = [
    .model, .operators, .tensor, .scenario, .costs, .profile, .words, .trace, .arrivals, .database,
  ]

  /// The random numbers of a case: they depend on its number alone.
  static func stream(seed: UInt64, target: String, number: Int) -> RandomStream {
    RandomStream(seed: seed, replication: UInt64(number), entity: target, purpose: "fuzz")
  }
}

extension RandomStream {
  /// A number in 0..<`bound`; 0 where there is none.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// One of the elements.
  mutating func pick<Elements: RandomAccessCollection>(_ elements: Elements) -> Elements.Element {
    elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
  }
}
