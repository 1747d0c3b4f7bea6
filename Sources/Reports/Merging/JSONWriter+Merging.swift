package import HostMemory
package import Records
package import Studies

extension JSONWriter {
  /// Writes counters under the kernel's names.
  package mutating func value(_ counters: MergingCounters) {
    beginObject()
    for (name, number) in counters.named {
      key(name)
      value(number)
    }
    endObject()
  }

  /// Writes what became of a fleet.
  package mutating func value(_ study: MergingStudy, _ outcome: MergingOutcome) {
    beginObject()
    number("vms", study.vms)
    number("bytesPerVM", Int(study.bytesPerVM))
    key("mix")
    beginObject()
    number("zeroPercent", study.mix.zeroPercent)
    number("commonPercent", study.mix.commonPercent)
    number("volatilePercent", study.mix.volatilePercent)
    number("images", study.mix.images)
    endObject()
    key("cost")
    beginObject()
    number("scanNanoseconds", Int(study.settings.cost.scanNanoseconds))
    key("source")
    value(study.settings.cost.source)
    endObject()
    number("ceilingBytes", outcome.ceilingBytes)
    key("caughtUpSeconds")
    if let seconds = outcome.caughtUpSeconds { value(seconds) } else { null() }
    key("samples")
    beginArray()
    for sample in outcome.samples {
      beginObject()
      key("seconds")
      value(sample.seconds)
      number("vms", sample.vms)
      number("pagesToScan", sample.pagesToScan)
      key("cpuShare")
      value(sample.cpuShare)
      number("savedBytes", sample.counters.savedBytes)
      number("brokenHugePages", sample.brokenHugePages)
      member("copies", sample.breaks)
      member("neededBytes", sample.neededBytes)
      key("counters")
      value(sample.counters)
      endObject()
    }
    endArray()
    endObject()
  }

  private mutating func number(_ name: String, _ number: Int) {
    key(name)
    value(number)
  }
}
