"""What the facts of findings about hardware are called, and what their values mean."""

from collections.abc import Mapping

from controller.words.rulewords import N_

HARDWARE_NAMES: Mapping[str, str] = {
    "array_kind": N_("Kind of array"),
    "array_level": N_("RAID level"),
    "array_name": N_("Array"),
    "array_state": N_("State of the array"),
    "battery_low": N_("Battery low"),
    "battery_model": N_("Model of the battery"),
    "battery_name": N_("Battery"),
    "battery_state": N_("State of the battery"),
    "charge_ratio": N_("Charge"),
    "controller_name": N_("Controller"),
    "corrected_day": N_("Corrected errors, 24 h"),
    "cpu_name": N_("Processor"),
    "disk_model": N_("Model"),
    "disk_redundant": N_("Its data is elsewhere too"),
    "disk_serial": N_("Serial number"),
    "disk_state": N_("State of the disk"),
    "drive_model": N_("Model of the drive"),
    "drive_name": N_("Drive"),
    "drive_state": N_("State of the drive"),
    "error_kinds": N_("Kinds of errors"),
    "errors_count": N_("Errors in all"),
    "errors_reported": N_("Errors not corrected (187)"),
    "errors_risen": N_("New errors"),
    "event_name": N_("Event"),
    "events_risen": N_("New events, 24 h"),
    "fan_name": N_("Fan"),
    "fan_rpm": N_("Turns a minute"),
    "health_ratio": N_("Capacity left"),
    "life_left_ratio": N_("Life left"),
    "limit_celsius": N_("Limit"),
    "member_name": N_("Member of the array"),
    "members_count": N_("Disks in all"),
    "members_failed": N_("Disks lost"),
    "members_working": N_("Disks that work"),
    "module_name": N_("Memory module"),
    "on_battery": N_("On battery"),
    "rebuilt_ratio": N_("Rebuilt"),
    "redundancy_left": N_("Disks that may still fail"),
    "sectors_pending": N_("Sectors that cannot be read (197)"),
    "sectors_reallocated": N_("Sectors that were moved (5)"),
    "sectors_uncorrectable": N_("Sectors that are lost (198)"),
    "sensor_kind": N_("Kind of sensor"),
    "sensor_name": N_("Sensor or part"),
    "sensor_state": N_("State of the sensor"),
    "spare_ratio": N_("Spare left"),
    "spare_threshold_ratio": N_("Spare at least"),
    "temperature_celsius": N_("Temperature"),
    "throttles_count": N_("Slowed down since the start"),
    "throttles_risen": N_("Slowed down in 10 min"),
    "time_left_s": N_("Time left"),
    "timeouts_count": N_("Commands without answer (188)"),
    "too_hot": N_("Something is too hot"),
    "uncorrected_day": N_("Errors not corrected, 24 h"),
    "ups_name": N_("UPS"),
    "warning_bits": N_("Warning bits"),
}
_STATES = {
    "ok": N_("well"),
    "degraded": N_("degraded"),
    "failed": N_("has failed"),
    "predicted_failure": N_("about to fail"),
}
_YES_NO = {
    "1": N_("yes"),
    "0": N_("no"),
}
_KINDS = {
    "power_supply": N_("power supply"),
    "fan": N_("fan"),
    "memory": N_("memory"),
    "cpu": N_("processor"),
    "board": N_("board"),
    "enclosure": N_("chassis"),
    "sensor": N_("another sensor"),
}
_ARRAYS = {
    "controller": N_("RAID controller"),
}
# By fact: what each value is called; others are shown as they came.
HARDWARE_VALUES: Mapping[str, Mapping[str, str]] = {
    "array_state": _STATES,
    "battery_state": _STATES,
    "disk_state": _STATES,
    "drive_state": _STATES,
    "sensor_state": _STATES,
    "disk_redundant": _YES_NO,
    "battery_low": _YES_NO,
    "on_battery": _YES_NO,
    "too_hot": _YES_NO,
    "sensor_kind": _KINDS,
    "array_kind": _ARRAYS,
}
