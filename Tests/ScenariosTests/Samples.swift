import Scenarios
import StrictJSON

/// The smallest scenarios, and the mistakes of a text.
enum Samples {
  static let smallest = """
    {
      "offloadsim": 1, "name": "small", "duration_s": 10,
      "models": [{"name": "lenet5"}],
      "nodes": [{"name": "phone", "tier": "device"}, {"name": "cloud", "tier": "cloud"}],
      "links": [{"name": "wan", "from": "phone", "to": "cloud", "uplink_mbps": 8}],
      "workload": [{"source": "phone", "model": "lenet5", "arrivals": {"kind": "poisson", "rate_per_s": 2}}],
      "policies": ["local"]
    }
    """

  static func scenario(_ text: String, overrides: [Scenario.Override] = []) throws -> Scenario {
    var root = try JSONParser.parse(text, file: "f")
    for override in overrides { try override.apply(to: &root) }
    return try Scenario(root)
  }

  static func mistakes(_ text: String, overrides: [Scenario.Override] = []) -> String {
    do {
      _ = try scenario(text, overrides: overrides)
      return ""
    } catch { return "\(error)" }
  }

  /// A text without its marks `▸`, and where they stood, as `line:column`.
  static func marked(_ text: String) -> (text: String, places: [String]) {
    var plain = ""
    var places: [String] = []
    var (line, column) = (1, 1)
    for character in text {
      if character == "▸" {
        places.append("\(line):\(column)")
        continue
      }
      plain.append(character)
      (line, column) = character == "\n" ? (line + 1, 1) : (line, column + 1)
    }
    return (plain, places)
  }

  /// What is expected to be printed: a message for each mark, in order.
  static func expected(_ messages: [String], at places: [String]) -> String {
    precondition(messages.count == places.count, "\(places.count) marks for \(messages.count) messages")
    return zip(places, messages).map { "f:\($0): error: \($1)" }.joined(separator: "\n")
  }

  /// The smallest scenario with one piece of its text replaced.
  static func smallest(_ old: String, _ new: String) -> String {
    guard let range = smallest.firstRange(of: old) else { return "'\(old)' is not in the sample" }
    return smallest.replacing(old, with: new, subrange: range.lowerBound..<smallest.endIndex, maxReplacements: 1)
  }
}
