/// How large the elements of a value are expected to be, from which the weights of the next layer take their scale.
struct Signal {
  /// The mean square.
  var power: Float
  /// Whether positive and negative elements balance.
  var isCentred: Bool

  /// What a layer of weighted sums gives, by the choice of its weights.
  static let unit = Signal(power: 1, isCentred: true)

  func scaled(_ factor: Float, isCentred: Bool? = nil) -> Signal {
    Signal(power: power * factor, isCentred: isCentred ?? self.isCentred)
  }

  static func + (left: Signal, right: Signal) -> Signal {
    Signal(power: left.power + right.power, isCentred: left.isCentred && right.isCentred)
  }
}
