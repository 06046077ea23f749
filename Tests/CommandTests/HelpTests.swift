import Testing

struct HelpTests {
  @Test func helpNamesEveryCommandOfTheContract() throws {
    let result = try Program.run(["--help"])
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    for command in ["run", "compare", "plan", "models", "infer", "export", "profile", "bench", "check", "schema"] {
      #expect(result.output.contains("\n  \(command) "), "\(command)")
      #expect(try Program.run([command, "--help"]).status == 0)
    }
  }

  @Test(arguments: [["nonsense"], ["run"], ["run", "a.json", "--nonsense"], ["plan", "--objective", "beauty"]])
  func misuseIsExitCode64(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("Usage: "))
  }
}
