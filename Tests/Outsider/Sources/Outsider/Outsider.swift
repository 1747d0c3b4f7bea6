import Foundation
import Nestwalk

/// Runs every example and compares what it says with what the documents show.
@main
enum Outsider {
  static func main() throws {
    let examples: [(name: String, run: () throws -> String, expected: String)] = [
      (
        "first steps", firstSteps,
        """
        0x2200008 after 11 table reads
        store/AMO page fault at guest-virtual 0x4008

        """
      ),
      ("a storm in code", stormInCode, "the same bytes\n"),
      ("observing", observing, "24 table reads, 4 of them in the guest's tables\n"),
      (
        "tour of faults", tourOfFaults,
        """
        5 exits, 4 of them cascades
        1 exit, arrived
        2 exits, 1 of them a cascade, emulated
        1 fault of the guest's own, 1 exit of its kernel
        guest: 1 for 1000 ns
        missing: 3 for 29999 ns
        permission: 1 for 158134 ns
        cascade: 5 for 49999 ns
        116679 to 615399 ns, by emulate

        """
      ),
      (
        "records", records,
        #"{"hpa":"0x1234","gpa":"0x1234","guestPageBytes":null,"hostPageBytes":null,"#
          + #""reads":0,"updates":0}"# + "\n"
      ),
    ]
    var failed = 0
    for example in examples {
      let said = try example.run()
      if said == example.expected {
        print("\(example.name): as the documents say")
      } else {
        print("\(example.name): the documents say\n\(example.expected)but it is\n\(said)")
        failed += 1
      }
    }
    // An error that main throws is a trap, and what was printed into a pipe is gone with it.
    if failed > 0 { exit(1) }
  }
}
