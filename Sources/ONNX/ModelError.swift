/// What is wrong with a model or tensor file: exit code 2, printed as `FILE: error: MESSAGE`.
///
/// Always one line of printable text, whatever names the file holds.
public struct ModelError: Error, Sendable, CustomStringConvertible {
  /// The file as the user named it.
  public let file: String
  public let message: String

  public init(file: String, _ message: String) {
    self.file = file
    self.message = message.onOneLine(limit: 2000)
  }

  public var description: String { "\(file.onOneLine(limit: 1000)): error: \(message)" }
}

/// Several things that are wrong with a model, one a line.
public struct ModelErrors: Error, Sendable, CustomStringConvertible {
  public let errors: [ModelError]
  /// The operators that are missing on top.
  public let operators: UnsupportedOperators?

  public var description: String {
    (errors.map(\.description) + (operators.map { [$0.description] } ?? [])).joined(separator: "\n")
  }
}

/// Every operator of a model that the engine does not have, all at once.
public struct UnsupportedOperators: Error, Sendable, CustomStringConvertible {
  /// One node whose operator is missing.
  public struct Entry: Sendable, Hashable {
    public let node: String
    public let operatorName: String
    /// `""` is ai.onnx.
    public let domain: String
    public let opset: Int
  }

  public let file: String
  /// In the order of the file's nodes.
  public let entries: [Entry]

  /// One line for each operator, with the first of its nodes.
  public var description: String {
    var operators: [(label: String, nodes: [String])] = []
    var indices: [String: Int] = [:]
    for entry in entries {
      let label = Self.label(of: entry)
      if let index = indices[label] {
        operators[index].nodes.append(entry.node)
      } else {
        indices[label] = operators.count
        operators.append((label, [entry.node]))
      }
    }
    let rest = operators.count - ProblemList.maximumCount
    let more = rest > 0 ? "\n\(file.onOneLine(limit: 1000)): error: and \(rest) more operators" : ""
    return operators.prefix(ProblemList.maximumCount).map { label, nodes in
      let others = nodes.count > 3 ? " and \(nodes.count - 3) more" : ""
      let named = nodes.prefix(3).map { $0.quoted }.joined(separator: ", ")
      return "\(file.onOneLine(limit: 1000)): error: operator \(label) is not supported: node \(named)\(others)"
        + " ('offloadsim models --operators' lists what is)"
    }.joined(separator: "\n") + more
  }

  private static func label(of entry: Entry) -> String {
    let domain = entry.domain.isEmpty ? "" : entry.domain.onOneLine(limit: 100) + "."
    return "\(domain)\(entry.operatorName.onOneLine(limit: 100)) (opset \(entry.opset))"
  }
}

extension String {
  /// The text in quotes, on one line and not longer than a message can bear.
  var quoted: String { "'\(onOneLine(limit: 120))'" }

  /// The text with everything that could break or disguise a line of output escaped, cut off after `limit` characters.
  func onOneLine(limit: Int) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      if count == limit { return result + "…" }
      count += 1
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
          result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
