/// The layout of the file: what an empty database consists of.
package enum Schema {
  /// "OFLD" in ASCII, in the header of every file that offloadsim writes.
  package static let applicationID: Int64 = 0x4F46_4C44
  /// Raised by every change of a table.
  package static let version: Int64 = 2

  /// All definitions, tables before views.
  package static var definitions: [String] { Tables.definitions + Views.definitions }

  /// One script that makes an empty database.
  package static var script: String { definitions.map { $0 + ";\n" }.joined(separator: "\n") }
}
