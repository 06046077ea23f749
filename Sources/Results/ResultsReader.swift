import Foundation
import StrictJSON

/// Reads a results file through its views.
public final class ResultsReader {
  /// The path as the user wrote it.
  public let name: String
  private let database: Database

  /// Opens a file for reading only.
  ///
  /// Throws `InputError` where it is missing, is no database that offloadsim wrote, or was written by a newer version.
  public init(_ name: String) throws {
    self.name = name
    var status = stat()
    guard stat(name, &status) == 0 else {
      throw InputError("'\(name.printable)': \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw InputError("'\(name.printable)' is not a file") }
    database = try Database(path: URL(fileURLWithPath: name).path, name: name, readOnly: true)
    guard try database.integer("PRAGMA application_id") == Schema.applicationID else {
      throw InputError("'\(name.printable)' is not an offloadsim database")
    }
    let version = try database.integer("PRAGMA user_version") ?? 0
    // Columns were only ever added.
    guard (1...Schema.version).contains(version) else {
      throw InputError(
        "'\(name.printable)' has layout \(version), this version of offloadsim reads layout \(Schema.version)")
    }
  }

  /// The rows of a view, in its order.
  public func rows(of view: SummaryView) throws -> [SummaryRow] {
    let statement = try database.prepare("SELECT * FROM \(view.rawValue)")
    let names = statement.columnNames
    var rows: [SummaryRow] = []
    while try statement.step() {
      var row = SummaryRow()
      for (column, name) in names.enumerated() {
        if statement.isNumber(column) {
          row.numbers[name] = statement.real(column)
        } else if let text = statement.text(column) {
          row.texts[name] = text
        }
      }
      rows.append(row)
    }
    return rows
  }

  /// The columns of `replication_summary` that are figures, in order.
  public static var metrics: [String] { RunMetrics.columns.map(\.name) }
}

/// A view with one row per combination of its first columns.
public enum SummaryView: String, Sendable, CaseIterable {
  case policySummary = "policy_summary"
  case latencyBreakdown = "latency_breakdown"
  case nodeSummary = "node_summary"
  case linkSummary = "link_summary"
  case replicationSummary = "replication_summary"
  case placementSummary = "placement_summary"
  case executionSummary = "execution_summary"
}

/// A row of a view: its values by the names of its columns, without those that are NULL.
public struct SummaryRow: Sendable, Hashable {
  var numbers: [String: Double] = [:]
  var texts: [String: String] = [:]

  public var scenario: String { text("scenario") }
  /// The label of the policy.
  public var policy: String { text("policy") }

  /// A number; `nil` where it is NULL.
  public func number(_ column: String) -> Double? { numbers[column] }
  /// A text; empty where it is NULL.
  public func text(_ column: String) -> String { texts[column] ?? "" }
}
