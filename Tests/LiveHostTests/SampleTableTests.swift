import LiveHost
import Testing

@Suite("Tables of samples")
struct SampleTableTests {
  private func sentences(_ text: String) -> [String] {
    do throws(ImportError) {
      _ = try SampleTable.read(Array(text.utf8), name: "s.csv")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("Rows of machines in any order, with units, quotes and CR LF")
  func sound() throws {
    let text =
      "vm,time,workingSet,resident\r\nb,1.5,,2 MiB\r\n\"a,\"\"x\",0,4096,8192\r\nb,0,1,2\r\n"
    let machines = try SampleTable.read(Array(text.utf8), name: "s.csv")
    #expect(machines.map(\.name) == ["b", "a,\"x"])
    #expect(
      machines[0].samples == [
        .init(microseconds: 0, residentBytes: 2, workingSetBytes: 1),
        .init(microseconds: 1_500_000, residentBytes: 2 << 20, workingSetBytes: nil),
      ])
  }

  @Test("Everything that is wrong is told at once, each in its place")
  func broken() {
    #expect(
      sentences("time,vm,resident,workingSet\n1,a,x,2\n-1,,3,4\n1,a\n") == [
        "s.csv:2:5: “x” is no size; it must be a number of bytes such as 4096 or 512 MiB",
        "s.csv:3:1: “-1” is no time; it must be a number of seconds",
        "s.csv:3:4: the machine has no name; give it one",
        "s.csv:4:1: the row has 2 fields; it must have 4",
      ])
    #expect(
      sentences("time,vm,residnt\n") == ["s.csv:1:9: “residnt” is no column; is “resident” meant?"])
    #expect(sentences("time,vm\n")[0].contains("the column “resident” is missing"))
    #expect(sentences("")[0].contains("the first line is empty"))
    #expect(sentences("time,vm,resident\n")[0].contains("no row"))
    #expect(sentences("time,vm,resident\n1,\"a,2\n")[0].contains("is not closed"))
    #expect(sentences("time,vm,resident\n1,\"a\"x,2\n")[0].contains("behind a field"))
    #expect(sentences("time,vm,resident\n1,a,2\n1,a,3\n")[0].contains("two rows of one time"))
  }
}
