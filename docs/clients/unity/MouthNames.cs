// The blendshapes of rigs for the shapes of each set, in the order of the wire: plain C#. See docs/clients/unity.md.
using System.Collections.Generic;

/// <summary>For each shape the names that models have for it, with | between them: the first that a mesh has is moved.
/// `ovr`: Ready Player Me, VRChat, Oculus. `arkit`: Apple's, and with _L and _R. `vrm`: VRoid, VRM. Shapes of brows,
/// eyes and cheeks have none: speech does not move them, and a blink or a mood may.</summary>
public static class MouthNames
{
    public static readonly Dictionary<string, string[]> Of = new Dictionary<string, string[]>
    {
        { "ovr", new[] {
            "viseme_sil|vrc.v_sil|sil", "viseme_PP|vrc.v_pp|PP", "viseme_FF|vrc.v_ff|FF", "viseme_TH|vrc.v_th|TH",
            "viseme_DD|vrc.v_dd|DD", "viseme_kk|vrc.v_kk|kk", "viseme_CH|vrc.v_ch|CH", "viseme_SS|vrc.v_ss|SS",
            "viseme_nn|vrc.v_nn|nn", "viseme_RR|vrc.v_rr|RR", "viseme_aa|vrc.v_aa|aa", "viseme_E|vrc.v_e|E",
            "viseme_I|vrc.v_ih|ih", "viseme_O|vrc.v_oh|oh", "viseme_U|vrc.v_ou|ou"
        } },
        { "arkit", new[] {
            "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "",
            "jawForward|JawForward", "jawLeft|jaw_L", "jawOpen|JawOpen", "jawRight|jaw_R", "mouthClose|MouthClose",
            "mouthDimpleLeft|mouthDimple_L", "mouthDimpleRight|mouthDimple_R", "mouthFrownLeft|mouthFrown_L",
            "mouthFrownRight|mouthFrown_R", "mouthFunnel|MouthFunnel", "mouthLeft|mouth_L",
            "mouthLowerDownLeft|mouthLowerDown_L", "mouthLowerDownRight|mouthLowerDown_R",
            "mouthPressLeft|mouthPress_L", "mouthPressRight|mouthPress_R", "mouthPucker|MouthPucker",
            "mouthRight|mouth_R", "mouthRollLower|MouthRollLower", "mouthRollUpper|MouthRollUpper",
            "mouthShrugLower|MouthShrugLower", "mouthShrugUpper|MouthShrugUpper", "mouthSmileLeft|mouthSmile_L",
            "mouthSmileRight|mouthSmile_R", "mouthStretchLeft|mouthStretch_L", "mouthStretchRight|mouthStretch_R",
            "mouthUpperUpLeft|mouthUpperUp_L", "mouthUpperUpRight|mouthUpperUp_R", "", "", "tongueOut|TongueOut"
        } },
        { "vrm", new[] {
            "Fcl_MTH_Neutral|sil", "Fcl_MTH_A|aa", "Fcl_MTH_I|ih", "Fcl_MTH_U|ou", "Fcl_MTH_E|ee", "Fcl_MTH_O|oh"
        } },
    };
}
