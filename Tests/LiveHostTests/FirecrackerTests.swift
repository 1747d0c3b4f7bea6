import LiveHost
import Studies
import Testing

@Suite("Firecracker's configuration")
struct FirecrackerTests {
  private func sentences(_ text: String) -> [String] {
    do throws(ImportError) {
      _ = try FirecrackerMachine.read(Array(text.utf8), name: "vm.json")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("A whole configuration, and the machine alone")
  func sound() throws {
    let whole = """
      {"boot-source": {"kernel_image_path": "k", "boot_args": "x"}, "drives": [],
       "machine-config": {"vcpu_count": 2, "mem_size_mib": 1024, "huge_pages": "2M", "smt": false,
         "track_dirty_pages": true},
       "balloon": {"amount_mib": 256, "deflate_on_oom": true, "stats_polling_interval_s": 1}}
      """
    let machine = try FirecrackerMachine.read(Array(whole.utf8), name: "vm.json")
    #expect(machine.processors == 2 && machine.memoryBytes == 1 << 30)
    #expect(machine.usesHugePages && machine.tracksDirtyPages)
    #expect(machine.balloon?.bytes == 256 << 20 && machine.balloon?.statisticsSeconds == 1)
    let told = try HostReading.firecracker(Array(whole.utf8), name: "a/vm.json")
    #expect(told.name == "vm" && told.monitor?.value == .firecracker)
    #expect(told.balloon?.currentBytes?.value == UInt64(768 << 20))
    #expect(told.backingPageBytes?.value == UInt64(2 << 20))
    let alone = try FirecrackerMachine.read(
      Array(#"{"vcpu_count": 1, "mem_size_mib": 128}"#.utf8), name: "vm.json")
    #expect(alone.memoryBytes == 128 << 20 && alone.balloon == nil)
  }

  @Test(
    "What is wrong is told with its place",
    arguments: [
      (#"{"vcpu_count": 0, "mem_size_mib": 1}"#, "vm.json:1:16: “vcpu_count” must be"),
      (#"{"machine-config": {"vcpus": 2}}"#, "vm.json:1:21: “vcpus” is unknown"),
      (#"{"machine-config": {"vcpu_count": 2}}"#, "“mem_size_mib” is missing"),
      (#"{"vcpu_count": 1, "mem_size_mib": 1, "huge_pages": "1G"}"#, "“None” or “2M”"),
      (#"{"vcpu_count": "#, "the text ends"), ("[]", "found an array"), ("", "the text ends"),
      (#"{"vcpu_count": 1, "vcpu_count": 1}"#, "is there twice"),
    ])
  func broken(text: String, says: String) {
    #expect(sentences(text).contains { $0.contains(says) }, "\(sentences(text))")
  }
}
