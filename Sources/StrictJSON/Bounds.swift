/// Which numbers a field may hold.
public struct Bounds: Sendable {
  private let lower: Double?
  private let upper: Double?
  private let excludesLower: Bool

  private init(_ lower: Double?, _ upper: Double?, excludesLower: Bool = false) {
    self.lower = lower
    self.upper = upper
    self.excludesLower = excludesLower
  }

  /// Any finite number.
  public static let finite = Bounds(nil, nil)
  public static let positive = Bounds(0, nil, excludesLower: true)
  public static let nonNegative = Bounds(0, nil)
  /// From 0 to 1, both included.
  public static let fraction = Bounds(0, 1)
  /// More than 0 and at most a limit.
  public static func positive(upTo limit: Double) -> Bounds { Bounds(0, limit, excludesLower: true) }
  public static func nonNegative(upTo limit: Double) -> Bounds { Bounds(0, limit) }
  public static func range(_ range: ClosedRange<Double>) -> Bounds { Bounds(range.lowerBound, range.upperBound) }

  public func contains(_ value: Double) -> Bool {
    if let lower, value < lower || (excludesLower && value == lower) { return false }
    if let upper, value > upper { return false }
    return value.isFinite
  }

  /// What a message asks for: `a positive number`, `a number between 0 and 1`.
  var words: String {
    func text(_ value: Double) -> String { JSONNumber(value).text }
    return switch (lower, upper) {
    case (0?, nil): excludesLower ? "a positive number" : "a number that is not negative"
    case (0?, let upper?) where excludesLower: "a positive number of at most \(text(upper))"
    case (let lower?, let upper?): "a number between \(text(lower)) and \(text(upper))"
    case (let lower?, nil): "a number of at least \(text(lower))"
    case (nil, let upper?): "a number of at most \(text(upper))"
    case (nil, nil): "a number"
    }
  }

  var schema: [JSONValue.Member] {
    var members = [JSONValue.Member("type", "number")]
    if let lower { members.append(.init(excludesLower ? "exclusiveMinimum" : "minimum", .number(lower))) }
    if let upper { members.append(.init("maximum", .number(upper))) }
    return members
  }
}
